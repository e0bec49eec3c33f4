-- Grain: one row per line of an invoice, in minor units, with what is taken off it and its tax: as it says, else its share of the invoice's.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set rows = landed_table('stripe', ['invoice', 'invoices'], 'invoices') %}
with

lines as (select * from {{ ref('base_stripe_invoice_lines') }}),

prices as (select * from {{ ref('base_stripe_prices') }}),

landed_invoices as (

    select
        {{ landed(rows, 'id', 'id') }} as invoice_id,
        {{ landed(rows, 'subtotal', 'number') }} as subtotal_amount,
        {{ landed(rows, 'tax', 'number') }} as tax_amount,
        {{ landed(rows, 'total', 'number') }} as total_amount,
        row_number() over (
            partition by {{ landed(rows, 'id', 'id') }}
            order by {{ landed_at(rows) }} desc nulls last, {{ landed(rows, 'status_transitions.paid_at', 'instant') }} desc nulls last
        ) as recency
    from {{ rows.sql }}

),

line_sums as (
    select
        lines.invoice_id,
        sum(lines.amount) as amount,
        sum(lines.discount_amount) as discount_amount,
        sum(lines.tax_amount) as tax_amount,
        max(case when prices.tax_behavior = 'inclusive' then 1 else 0 end) as has_included_tax
    from lines
    left join prices on lines.price_id = prices.price_id
    group by lines.invoice_id
),

-- Some loaders' lines have neither discounts nor taxes. Where all lines are there, what they lack to the total was taken off.
invoices as (
    select
        sums.invoice_id,
        sums.has_included_tax,
        case when sums.discount_amount = 0 and sums.amount >= invoices.subtotal_amount
            then sums.amount + case when sums.has_included_tax = 1 then 0 else coalesce(invoices.tax_amount, 0) end - invoices.total_amount
        end as discount_amount,
        case when sums.tax_amount = 0 then invoices.tax_amount end as tax_amount
    from line_sums as sums
    inner join landed_invoices as invoices on sums.invoice_id = invoices.invoice_id and invoices.recency = 1
),

discount_shares as (
    select
        lines.line_id,
        lines.invoice_id,
        lines.amount,
        invoices.discount_amount,
        {{ rounded(
            'invoices.discount_amount * ' ~ rate('lines.amount', 'sum(lines.amount) over (partition by lines.invoice_id)')
        ) }} as share_amount,
        row_number() over (partition by lines.invoice_id order by lines.amount desc, lines.line_id asc) as size_rank
    from lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
    where invoices.discount_amount > 0 and lines.is_discountable and lines.amount > 0
),

-- The largest has what rounding leaves.
discounts as (
    select
        line_id,
        invoice_id,
        share_amount + case when size_rank = 1 then discount_amount - sum(share_amount) over (partition by invoice_id) else 0 end as amount
    from discount_shares
),

tax_shares as (
    select
        lines.line_id,
        lines.invoice_id,
        invoices.tax_amount,
        invoices.has_included_tax,
        {{ rounded('invoices.tax_amount * ' ~ rate(
            'lines.amount - coalesce(discounts.amount, lines.discount_amount)',
            'sum(lines.amount - coalesce(discounts.amount, lines.discount_amount)) over (partition by lines.invoice_id)'
        )) }} as share_amount,
        row_number() over (partition by lines.invoice_id order by lines.amount desc, lines.line_id asc) as size_rank
    from lines
    inner join invoices on lines.invoice_id = invoices.invoice_id
    left join discounts on lines.invoice_id = discounts.invoice_id and lines.line_id = discounts.line_id
    where invoices.tax_amount <> 0
),

taxes as (
    select
        line_id,
        invoice_id,
        has_included_tax,
        share_amount + case when size_rank = 1 then tax_amount - sum(share_amount) over (partition by invoice_id) else 0 end as amount
    from tax_shares
)

select
    lines.line_id,
    lines.invoice_id,
    lines.subscription_id,
    lines.item_id,
    lines.price_id,
    lines.usage_type,
    lines.is_proration,
    lines.is_single,
    lines.quantity,
    lines.amount,
    lines.currency,
    lines.period_started_at,
    lines.period_ended_at,
    coalesce(discounts.amount, lines.discount_amount) as discount_amount,
    coalesce(taxes.amount, lines.tax_amount) as tax_amount,
    coalesce(case when taxes.has_included_tax = 1 then taxes.amount end, lines.included_tax_amount) as included_tax_amount,
    lines.landed_at
from lines
left join discounts on lines.invoice_id = discounts.invoice_id and lines.line_id = discounts.line_id
left join taxes on lines.invoice_id = taxes.invoice_id and lines.line_id = taxes.line_id
