-- Grain: one row per month, from the first subscription or invoice to the as-of day.
{%- set bill_steps = [
    'mrr_discount_amount', 'not_billed_amount', 'billed_without_mrr_amount', 'price_difference_amount',
    'billed_ahead_amount', 'discount_amount'
] %}
{#- The steps that invoice lines make: which event, and of it the amount before tax, the tax, or both. -#}
{%- set line_steps = {'tax_amount': ('issued', 'tax_amount')} %}
{%- for step, line_event in {
    'invoiced': 'issued', 'void': 'void', 'uncollectible': 'uncollectible', 'open': 'open',
    'paid_in_another_month': 'paid_in_another_month', 'issued_in_another_month': 'issued_in_another_month',
    'collected': 'paid', 'refunded': 'refunded'
}.items() %}
{%- do line_steps.update({step ~ '_amount': (line_event, 'amount + tax_amount')}) %}
{%- endfor %}
{%- set kinds = ['recurring', 'proration', 'one_off', 'usage', 'credit'] %}
with

months as (select * from {{ ref('int_months') }}),

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

invoice_events as (select * from {{ ref('int_invoice_events') }}),

invoice_counts as (select count(*) as line_count from invoice_lines),

recurring_bills as (

    select
        activity_month,
        {%- for step in bill_steps %}
        sum({{ step }}) as {{ step }},
        {%- endfor %}
        sum(mrr_amount) as mrr_amount
    from {{ ref('int_recurring_bills') }}
    group by activity_month

),

invoice_months as (

    select
        activity_month,
        {%- for kind in kinds %}
        sum(case when line_event = 'issued' and kind = '{{ kind }}' then amount end) as {{ kind }}_amount,
        {%- endfor %}
        {%- for step, (line_event, amount) in line_steps.items() %}
        sum(case when line_event = '{{ line_event }}' then {{ amount }} end) as {{ step }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from invoice_events
    group by activity_month

),

refunded_lines as (

    select
        invoice_line_id,
        -sum(amount) as refunded_amount
    from invoice_events
    where line_event = 'refunded'
    group by invoice_line_id

),

-- What lines say of their refunds beside what the input refunds says of them.
refund_differences as (

    select
        invoice_lines.refunded_month as activity_month,
        sum(abs(invoice_lines.refunded_amount - refunded_lines.refunded_amount)) as refund_difference_amount
    from invoice_lines
    inner join refunded_lines on invoice_lines.invoice_line_id = refunded_lines.invoice_line_id
    where invoice_lines.refunded_amount <> 0 and invoice_lines.taken_back_month is null
    group by invoice_lines.refunded_month

),

-- Without any invoice lines it is not known what was billed or paid.
{%- set steps = bill_steps + ['recurring_amount', 'proration_amount', 'one_off_amount', 'usage_amount', 'credit_amount']
    + line_steps.keys() | list + ['refund_difference_amount'] %}
bridged_months as (

    select
        coalesce(months.activity_month, invoice_months.activity_month) as activity_month,
        coalesce(months.is_partial_month, false) as is_partial_month,
        {%- for step in steps %}
        cast(case when invoice_counts.line_count > 0 then coalesce({{ step }}, 0) end as {{ type_amount() }})
            as {{ step }},
        {%- endfor %}
        cast(coalesce(recurring_bills.mrr_amount, 0) as {{ type_amount() }}) as mrr_amount
    from months
    full outer join invoice_months on months.activity_month = invoice_months.activity_month
    cross join invoice_counts
    left join recurring_bills
        on coalesce(months.activity_month, invoice_months.activity_month) = recurring_bills.activity_month
    left join refund_differences
        on coalesce(months.activity_month, invoice_months.activity_month) = refund_differences.activity_month

)

select
    activity_month,
    is_partial_month,
    mrr_amount,
    {%- for step in steps %}
    {{ step }},
    {%- endfor %}
    cast(collected_amount + refunded_amount as {{ type_amount() }}) as net_collected_amount,
    cast(
        mrr_amount + {{ bill_steps | join(' + ') }}
        + proration_amount + one_off_amount + usage_amount + credit_amount + tax_amount
        + void_amount + uncollectible_amount + open_amount + paid_in_another_month_amount
        + issued_in_another_month_amount - collected_amount as {{ type_amount() }}
    ) as residual_amount
from bridged_months
