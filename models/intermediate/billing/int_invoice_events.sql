-- Grain: one row per invoice line, event and month; amounts bear their sign on the way from invoiced to collected.
{%- set is_later = 'first_status_month <> issued_month' %}
{%- set is_payment = "status = 'paid' and written_off_month is null" %}
{%- set events = [
    ("'issued'", 'issued_month', 1, 'true'),
    ("'open'", 'issued_month', -1, "status = 'open' or (" ~ is_later ~ " and not (" ~ is_payment ~ "))"),
    ("'open'", 'first_status_month', 1, is_later ~ " and not (" ~ is_payment ~ ")"),
    ("'paid_in_another_month'", 'issued_month', -1, is_later ~ " and " ~ is_payment),
    ("'issued_in_another_month'", 'first_status_month', 1, is_later ~ " and " ~ is_payment),
    ("'uncollectible'", 'written_off_month', -1, 'written_off_month is not null'),
    ("'uncollectible'", 'status_month', 1, 'written_off_month is not null'),
    ("'paid'", 'status_month', 1, "status = 'paid'"),
    ('status', 'status_month', -1, "status in ('void', 'uncollectible')"),
] %}
with

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

refunds as (select * from {{ ref('stg_refunds') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

stated_refunds as (

    select
        refunds.invoice_line_id,
        {{ month_start('refunds.refunded_at') }} as refunded_month,
        {{ converted_amount('refunds.amount', 'exchange_rates.exchange_rate') }} as amount,
        {{ converted_amount('refunds.tax_amount', 'exchange_rates.exchange_rate') }} as tax_amount
    from refunds
    inner join invoice_lines on refunds.invoice_line_id = invoice_lines.invoice_line_id
    left join exchange_rates
        on
            refunds.currency = exchange_rates.currency
            and invoice_lines.issued_month between exchange_rates.valid_from_month and exchange_rates.activity_month

    union all

    -- The one refund that a line itself states counts where the input refunds has none of the line.
    select
        invoice_line_id,
        refunded_month,
        refunded_amount as amount,
        refunded_tax_amount as tax_amount
    from invoice_lines
    where refunded_month is not null and invoice_line_id not in (select refunds.invoice_line_id from refunds)

),

-- What was never paid cannot be paid back. Tax that is not stated goes back in proportion.
line_refunds as (

    select
        invoice_lines.invoice_line_id,
        stated_refunds.refunded_month,
        stated_refunds.amount,
        coalesce(stated_refunds.tax_amount, {{ rate(
            'invoice_lines.tax_amount * stated_refunds.amount', 'invoice_lines.amount'
        ) }}, 0) as tax_amount
    from invoice_lines
    inner join stated_refunds on invoice_lines.invoice_line_id = stated_refunds.invoice_line_id
    where invoice_lines.status in ('open', 'paid')

),

-- Of a payment that was taken back, what no refund names.
other_refunds as (

    select
        invoice_lines.invoice_line_id,
        invoice_lines.taken_back_month as refunded_month,
        invoice_lines.amount - coalesce(sum(line_refunds.amount), 0) as amount,
        invoice_lines.tax_amount - coalesce(sum(line_refunds.tax_amount), 0) as tax_amount
    from invoice_lines
    left join line_refunds on invoice_lines.invoice_line_id = line_refunds.invoice_line_id
    where invoice_lines.taken_back_month is not null
    group by
        invoice_lines.invoice_line_id, invoice_lines.taken_back_month, invoice_lines.amount, invoice_lines.tax_amount

),

line_events as (
    {% for line_event, month, sign, condition in events %}
    select
        invoice_line_id,
        {{ line_event }} as line_event,
        {{ month }} as activity_month,
        {{ sign }} * amount as amount,
        {{ sign }} * tax_amount as tax_amount
    from invoice_lines
    where {{ condition }}

    union all
    {% endfor %}
    {%- for refunds in ['line_refunds', 'other_refunds'] %}
    select
        invoice_line_id,
        'refunded' as line_event,
        refunded_month as activity_month,
        -amount as amount,
        -tax_amount as tax_amount
    from {{ refunds }}
    where amount <> 0 or tax_amount <> 0
    {{ 'union all' if not loop.last }}
    {%- endfor %}
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
    line_events.invoice_line_id, invoice_lines.customer_id, invoice_lines.kind, line_events.line_event,
    line_events.activity_month
