-- Grain: one row per invoice line, event and month; amounts bear their sign on the way from invoiced to collected.
{#- Event, its month, its amount and when it happens. What was refunded of a payment is not taken back a second time. -#}
{%- set events = [
    ("'issued'", 'issued_month', '', 'true'),
    ("'open'", 'issued_month', '-', "status = 'open'"),
    ("'settled_in_another_month'", 'issued_month', '-', 'settled_month <> issued_month'),
    ("'issued_in_another_month'", 'settled_month', '', 'settled_month <> issued_month'),
    ('earlier_status', 'earlier_status_month', '', "earlier_status = 'paid'"),
    ('earlier_status', 'earlier_status_month', '-', "earlier_status = 'uncollectible'"),
    ('earlier_status', 'status_month', '-rest_', "earlier_status = 'paid'"),
    ('earlier_status', 'status_month', '', "earlier_status = 'uncollectible'"),
    ('status', 'status_month', '', "status = 'paid'"),
    ('status', 'status_month', '-rest_', "status in ('void', 'uncollectible')"),
] %}
with

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

refunds as (select * from {{ ref('stg_refunds') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

refunded_lines as (

    select distinct invoice_line_id
    from refunds

),

refund_amounts as (

    -- At the rate of the line's month of issue, so that a refund is the same money as what it pays back.
    select
        refunds.invoice_line_id,
        {{ month_start('refunds.refunded_at') }} as refunded_month,
        cast(refunds.amount * exchange_rates.exchange_rate as {{ type_amount() }}) as amount,
        cast(refunds.tax_amount * exchange_rates.exchange_rate as {{ type_amount() }}) as tax_amount
    from refunds
    cross join run_settings
    inner join invoice_lines on refunds.invoice_line_id = invoice_lines.invoice_line_id
    left join exchange_rates
        on
            coalesce(refunds.currency, invoice_lines.currency) = exchange_rates.currency
            and invoice_lines.issued_month between exchange_rates.valid_from_month and exchange_rates.activity_month
    where refunds.refunded_at < run_settings.as_of_end_at

    union all

    -- The one refund that a line itself states counts where the input refunds has none of the line.
    select
        invoice_lines.invoice_line_id,
        invoice_lines.refunded_month,
        invoice_lines.refunded_amount as amount,
        invoice_lines.refunded_tax_amount as tax_amount
    from invoice_lines
    left join refunded_lines on invoice_lines.invoice_line_id = refunded_lines.invoice_line_id
    where refunded_lines.invoice_line_id is null and invoice_lines.refunded_month is not null

),

-- What was never paid cannot be paid back. Tax that is not stated goes back in proportion.
refund_months as (

    select
        invoice_lines.invoice_line_id,
        refund_amounts.refunded_month,
        sum(refund_amounts.amount) as amount,
        sum(coalesce(
            refund_amounts.tax_amount,
            {{ rate('invoice_lines.tax_amount * refund_amounts.amount', 'invoice_lines.amount') }},
            0
        )) as tax_amount
    from invoice_lines
    inner join refund_amounts on invoice_lines.invoice_line_id = refund_amounts.invoice_line_id
    where invoice_lines.status in ('open', 'paid') or invoice_lines.earlier_status = 'paid'
    group by invoice_lines.invoice_line_id, refund_amounts.refunded_month

),

refund_totals as (

    select
        invoice_line_id,
        sum(amount) as amount,
        sum(tax_amount) as tax_amount
    from refund_months
    group by invoice_line_id

),

settled_lines as (

    select
        invoice_lines.invoice_line_id,
        invoice_lines.issued_month,
        coalesce(invoice_lines.earlier_status_month, invoice_lines.status_month) as settled_month,
        invoice_lines.status,
        invoice_lines.status_month,
        invoice_lines.earlier_status,
        invoice_lines.earlier_status_month,
        invoice_lines.amount,
        invoice_lines.tax_amount,
        invoice_lines.amount - coalesce(refund_totals.amount, 0) as rest_amount,
        invoice_lines.tax_amount - coalesce(refund_totals.tax_amount, 0) as rest_tax_amount
    from invoice_lines
    left join refund_totals on invoice_lines.invoice_line_id = refund_totals.invoice_line_id

),

line_events as (
    {% for line_event, month, sign, condition in events %}
    select
        invoice_line_id,
        {{ line_event }} as line_event,
        {{ month }} as activity_month,
        {{ sign }}amount as amount,
        {{ sign }}tax_amount as tax_amount
    from settled_lines
    where {{ condition }}

    union all
    {% endfor %}
    select
        invoice_line_id,
        'refunded' as line_event,
        refunded_month as activity_month,
        -amount as amount,
        -tax_amount as tax_amount
    from refund_months
    where amount <> 0 or tax_amount <> 0

)

select
    line_events.invoice_line_id,
    invoice_lines.customer_id,
    invoice_lines.kind,
    line_events.line_event,
    line_events.activity_month,
    cast(sum(line_events.amount) as {{ type_amount() }}) as amount,
    cast(sum(line_events.tax_amount) as {{ type_amount() }}) as tax_amount
from line_events
inner join invoice_lines on line_events.invoice_line_id = invoice_lines.invoice_line_id
group by
    line_events.invoice_line_id,
    invoice_lines.customer_id,
    invoice_lines.kind,
    line_events.line_event,
    line_events.activity_month
