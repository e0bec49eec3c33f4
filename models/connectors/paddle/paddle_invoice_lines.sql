-- Grain: one row per line of a transaction, and per line of a credit.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

lines as (select * from {{ ref('base_paddle_transaction_lines') }}),

transactions as (

    select
        *,
        case
            when status in ('paid', 'completed') then 'paid'
            when status in ('billed', 'past_due') then 'open'
            when status = 'canceled' then 'void'
            when status in ('draft', 'ready') then 'draft'
            else status
        end as invoice_status
    from {{ ref('base_paddle_transactions') }}
    -- A checkout that was opened and left has no customer, and what was canceled before it was billed was no bill.
    where (customer_id is not null or subscription_id is not null or coalesce(status, '') not in ('draft', 'ready'))
        and (billed_at is not null or coalesce(status, '') <> 'canceled')

),

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }} where recency = 1),

prices as (select * from {{ ref('base_paddle_prices') }}),

credits as (select * from {{ ref('base_paddle_adjustments') }} where action = 'credit')

select
    lines.line_id as invoice_line_id,
    lines.transaction_id as invoice_id,
    coalesce(transactions.customer_id, subscriptions.customer_id) as customer_id,
    lines.subscription_id,
    case when not coalesce(prices.is_one_off, false) and lines.subscription_id is not null then lines.price_id end as item_id,
    lines.price_id as plan_id,
    case
        when coalesce(prices.is_one_off, false) or lines.subscription_id is null or transactions.origin = 'subscription_charge'
            then 'one_off'
        when lines.is_proration then 'proration'
        else 'recurring'
    end as kind,
    transactions.issued_at,
    lines.period_started_at as period_start_at,
    case when lines.period_ended_at >= lines.period_started_at then lines.period_ended_at end as period_end_at,
    abs(lines.quantity) as quantity,
    lines.subtotal - coalesce(lines.discount_amount, 0) as amount,
    lines.discount_amount,
    lines.tax_amount,
    lines.currency,
    transactions.invoice_status as status,
    transactions.paid_at,
    case when transactions.invoice_status = 'void' then transactions.updated_at end as voided_at,
    lines.landed_at as loaded_at
from lines
inner join transactions on lines.transaction_id = transactions.transaction_id
left join subscriptions on lines.subscription_id = subscriptions.subscription_id
left join prices on lines.price_id = prices.price_id

union all

select
    credits.adjustment_item_id as invoice_line_id,
    credits.transaction_id as invoice_id,
    coalesce(credits.customer_id, transactions.customer_id) as customer_id,
    coalesce(credits.subscription_id, transactions.subscription_id) as subscription_id,
    null as item_id,
    credits.price_id as plan_id,
    'credit' as kind,
    credits.created_at as issued_at,
    null as period_start_at,
    null as period_end_at,
    null as quantity,
    -credits.amount as amount,
    null as discount_amount,
    -credits.tax_amount as tax_amount,
    credits.currency,
    coalesce(transactions.invoice_status, 'open') as status,
    case when transactions.invoice_status = 'paid' then greatest(transactions.paid_at, credits.created_at) end as paid_at,
    null as voided_at,
    credits.landed_at as loaded_at
from credits
left join transactions on credits.transaction_id = transactions.transaction_id
