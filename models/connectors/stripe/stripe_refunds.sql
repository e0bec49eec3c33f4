-- Grain: one row per refund and line of its invoice, in major units: each line's share by what was to be paid for it. A refund of no
-- invoice that was loaded has one row without a line.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

refunds as (select * from {{ ref('base_stripe_refunds') }}),

lines as (select * from {{ ref('stripe_billed_lines') }}),

currencies as (select * from {{ ref('currencies') }}),

-- A refund gives back what was paid for, credits on the invoice aside.
paid_lines as (
    select
        *,
        amount - discount_amount - included_tax_amount as net_amount,
        amount - discount_amount - included_tax_amount + tax_amount as gross_amount,
        sum(amount - discount_amount - included_tax_amount + tax_amount) over (partition by invoice_id) as invoice_amount
    from lines
    where amount - discount_amount > 0
)

select
    refunds.refund_id || coalesce('|' || lines.line_id, '') as refund_id,
    lines.invoice_id || '|' || lines.line_id as invoice_line_id,
    refunds.refunded_at,
    coalesce(refunds.amount * lines.net_amount / lines.invoice_amount, refunds.amount) / power(10, currencies.decimal_places) as amount,
    refunds.amount * (lines.gross_amount - lines.net_amount) / lines.invoice_amount / power(10, currencies.decimal_places) as tax_amount,
    upper(refunds.currency) as currency,
    refunds.landed_at as loaded_at
from refunds
left join paid_lines as lines on refunds.invoice_id = lines.invoice_id
left join currencies on upper(refunds.currency) = currencies.currency
