-- Grain: one row per transaction, its newest version.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set rows = landed_table('paddle', ['transactions', 'transaction'], 'transactions') %}
{%- set payments = {'alias': 'payments', 'columns': none} %}
with

landed_transactions as (

    select
        {{ landed(rows, 'id', 'id') }} as transaction_id,
        {{ landed(rows, 'subscription_id', 'id') }} as subscription_id,
        {{ landed(rows, 'customer_id', 'id') }} as customer_id,
        lower({{ landed(rows, 'status') }}) as status,
        lower({{ landed(rows, 'origin') }}) as origin,
        lower({{ landed(rows, 'collection_mode') }}) as collection_mode,
        upper({{ landed(rows, 'currency_code') }}) as currency,
        {{ landed(rows, ['discount.id', 'discount_id'], 'id') }} as discount_id,
        {{ landed(rows, 'discount') }} as discount,
        {{ landed(rows, 'items') }} as items,
        {{ landed(rows, 'details.line_items') }} as line_items,
        {{ landed(rows, 'payments') }} as payments,
        {{ account_prefix(rows) }} as account_prefix,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed(rows, 'billed_at', 'instant') }} as billed_at,
        {{ landed(rows, 'billing_period.starts_at', 'instant') }} as period_started_at,
        {{ landed(rows, 'billing_period.ends_at', 'instant') }} as period_ended_at,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        coalesce({{ landed(rows, '_fivetran_deleted', 'boolean') }}, false) as is_deleted,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}

),

ordered_transactions as (
    select
        *,
        row_number() over (
            partition by transaction_id
            order by updated_at desc nulls last, landed_at desc nulls last, billed_at desc nulls last, line_items desc nulls last
        ) as recency
    from landed_transactions
    where transaction_id is not null
),

captured_payments as (
    select
        transactions.transaction_id,
        max({{ landed(payments, 'captured_at', 'instant') }}) as paid_at
    from ordered_transactions as transactions {{ join_json_elements('transactions.payments', 'payments') }}
    where transactions.recency = 1 and {{ landed(payments, 'status') }} = 'captured'
    group by transactions.transaction_id
)

select
    transactions.transaction_id,
    transactions.subscription_id,
    transactions.customer_id,
    transactions.status,
    transactions.origin,
    transactions.currency,
    transactions.discount_id,
    transactions.discount,
    transactions.items,
    transactions.line_items,
    transactions.account_prefix,
    transactions.billed_at,
    coalesce(transactions.billed_at, transactions.created_at) as issued_at,
    -- What is collected by itself is paid when it is billed, unless a payment says otherwise.
    case
        when transactions.status in ('paid', 'completed')
            then coalesce(
                payments.paid_at,
                case when coalesce(transactions.collection_mode, 'automatic') = 'automatic' then transactions.billed_at end
            )
    end as paid_at,
    transactions.period_started_at,
    transactions.period_ended_at,
    transactions.updated_at,
    transactions.landed_at
from ordered_transactions as transactions
left join captured_payments as payments on transactions.transaction_id = payments.transaction_id
where transactions.recency = 1 and not transactions.is_deleted
