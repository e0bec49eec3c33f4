-- Grain: one row per transaction that was paid, with its refund.
{{ config(enabled='revenuecat' in var('connectors') | string) }}
with

transactions as (select * from {{ ref('base_revenuecat_transactions') }}),

lines as (
    select
        *,
        price * (1 - tax_rate) as net_amount
    from transactions
    where coalesce(price <> 0, not is_trial)
)

select
    transaction_id as invoice_line_id,
    transaction_id as invoice_id,
    app_user_id as customer_id,
    case when not is_one_off then original_transaction_id end as subscription_id,
    case when not is_one_off then original_transaction_id end as item_id,
    product_id as plan_id,
    case when is_one_off then 'one_off' else 'recurring' end as kind,
    started_at as issued_at,
    case when not is_one_off then started_at end as period_start_at,
    period_ends_at as period_end_at,
    cast(1 as {{ type_double() }}) as quantity,
    net_amount as amount,
    price * tax_rate as tax_amount,
    currency,
    'paid' as status,
    started_at as paid_at,
    case when refunded_at is not null then net_amount end as refunded_amount,
    refunded_at,
    landed_at as loaded_at
from lines
