-- Grain: one row per line of an invoice that was issued, and of a credit note, in major units.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set rows = landed_table('stripe', ['invoice', 'invoices'], 'invoices') %}
with

lines as (select * from {{ ref('stripe_billed_lines') }}),

credits as (select * from {{ ref('base_stripe_credit_note_lines') }}),

prices as (select * from {{ ref('base_stripe_prices') }}),

currencies as (select * from {{ ref('currencies') }}),

landed_invoices as (

    select
        {{ landed(rows, 'id', 'id') }} as invoice_id,
        {{ landed(rows, ['customer.id', 'customer_id', 'customer'], 'id') }} as customer_id,
        {{ landed(rows, 'status') }} as status,
        {{ landed(rows, ['status_transitions.finalized_at', 'finalized_at_utc', 'created', 'date_utc'], 'instant') }} as issued_at,
        {{ landed(rows, ['status_transitions.paid_at', 'paid_at_utc'], 'instant') }} as paid_at,
        coalesce({{ landed(rows, 'is_deleted', 'boolean') }}, false) as is_deleted,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}

),

invoices as (
    select
        *,
        row_number() over (partition by invoice_id order by landed_at desc nulls last, paid_at desc nulls last) as recency
    from landed_invoices
    where not is_deleted
)

select
    lines.invoice_id || '|' || lines.line_id as invoice_line_id,
    lines.invoice_id,
    invoices.customer_id,
    lines.subscription_id,
    lines.item_id,
    lines.price_id as plan_id,
    case
        when lines.is_proration then 'proration'
        when coalesce(lines.usage_type, prices.usage_type) = 'metered' then 'usage'
        when lines.amount < 0 then 'credit'
        when lines.item_id is null and (lines.is_single or lines.subscription_id is null) then 'one_off'
        else 'recurring'
    end as kind,
    invoices.issued_at,
    lines.period_started_at as period_start_at,
    lines.period_ended_at as period_end_at,
    lines.quantity,
    (lines.amount - lines.discount_amount - lines.included_tax_amount) / power(10, currencies.decimal_places) as amount,
    lines.discount_amount / power(10, currencies.decimal_places) as discount_amount,
    lines.tax_amount / power(10, currencies.decimal_places) as tax_amount,
    upper(lines.currency) as currency,
    invoices.status,
    invoices.paid_at,
    lines.landed_at as loaded_at
from lines
inner join invoices on lines.invoice_id = invoices.invoice_id and invoices.recency = 1
left join prices on lines.price_id = prices.price_id
left join currencies on upper(lines.currency) = currencies.currency

union all

-- A credit is of the plan and the time of the line that it credits. One before the payment lowers what the invoice asks for.
select
    credits.credit_note_id || '|' || credits.line_id as invoice_line_id,
    credits.invoice_id,
    invoices.customer_id,
    lines.subscription_id,
    lines.item_id,
    lines.price_id as plan_id,
    'credit' as kind,
    credits.created_at as issued_at,
    lines.period_started_at as period_start_at,
    lines.period_ended_at as period_end_at,
    credits.quantity,
    -(credits.amount - credits.discount_amount - credits.included_tax_amount) / power(10, currencies.decimal_places) as amount,
    -credits.discount_amount / power(10, currencies.decimal_places) as discount_amount,
    -credits.tax_amount / power(10, currencies.decimal_places) as tax_amount,
    upper(credits.currency) as currency,
    case when credits.credit_note_type = 'pre_payment' then invoices.status else 'paid' end as status,
    case when credits.credit_note_type = 'pre_payment' then invoices.paid_at else credits.created_at end as paid_at,
    credits.landed_at as loaded_at
from credits
inner join invoices on credits.invoice_id = invoices.invoice_id and invoices.recency = 1
left join lines on credits.invoice_id = lines.invoice_id and credits.invoice_line_id = lines.line_id
left join currencies on upper(credits.currency) = currencies.currency
