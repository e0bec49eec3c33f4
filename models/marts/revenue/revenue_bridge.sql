-- Grain: one row per month, from the first subscription or invoice to the as-of day.
{#- Each step with the events of invoice lines that make it. Tax goes along from tax_amount on. -#}
{%- set kinds = ['recurring', 'proration', 'one_off', 'usage', 'credit'] %}
{%- set steps = {
    'void_amount': 'void', 'uncollectible_amount': 'uncollectible', 'open_amount': 'open',
    'paid_in_another_month_amount': 'paid_in_another_month',
    'issued_in_another_month_amount': 'issued_in_another_month',
    'collected_amount': 'paid', 'refunded_amount': 'refunded'
} %}
{%- set bill_steps = [
    'mrr_discount_amount', 'not_billed_amount', 'billed_without_mrr_amount', 'price_difference_amount',
    'billed_ahead_amount', 'discount_amount'
] %}
with

months as (select * from {{ ref('int_months') }}),

invoice_events as (select * from {{ ref('int_invoice_events') }}),

invoice_counts as (select count(*) as line_count from {{ ref('int_invoice_lines') }}),

recurring_bills as (

    select
        activity_month,
        {%- for step in ['mrr_amount'] + bill_steps %}
        sum({{ step }}) as {{ step }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from {{ ref('int_recurring_bills') }}
    group by activity_month

),

invoice_months as (

    select
        activity_month,
        {%- for kind in kinds %}
        sum(case when line_event = 'issued' and kind = '{{ kind }}' then amount else 0 end) as {{ kind }}_amount,
        {%- endfor %}
        sum(case when line_event = 'issued' then tax_amount else 0 end) as tax_amount,
        sum(case when line_event = 'issued' then amount + tax_amount else 0 end) as invoiced_amount,
        {%- for step, line_event in steps.items() %}
        sum(case when line_event = '{{ line_event }}' then amount + tax_amount else 0 end) as {{ step }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from invoice_events
    group by activity_month

),

shown_months as (

    select activity_month
    from months

    union distinct

    select activity_month
    from invoice_months

),

-- Without any invoice lines it is not known what was billed or paid.
bridged_months as (

    select
        shown_months.activity_month,
        coalesce(months.is_partial_month, false) as is_partial_month,
        cast(coalesce(recurring_bills.mrr_amount, 0) as {{ type_amount() }}) as mrr_amount,
        {%- for step in bill_steps %}
        case when invoice_counts.line_count > 0 then coalesce(recurring_bills.{{ step }}, 0) end as {{ step }},
        {%- endfor %}
        {%- for kind in kinds %}
        case when invoice_counts.line_count > 0 then coalesce(invoice_months.{{ kind }}_amount, 0) end
            as {{ kind }}_amount,
        {%- endfor %}
        {%- for step in ['tax_amount', 'invoiced_amount'] + steps.keys() | list %}
        case when invoice_counts.line_count > 0 then coalesce(invoice_months.{{ step }}, 0) end as {{ step }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from shown_months
    cross join invoice_counts
    left join months on shown_months.activity_month = months.activity_month
    left join invoice_months on shown_months.activity_month = invoice_months.activity_month
    left join recurring_bills on shown_months.activity_month = recurring_bills.activity_month

)

select
    activity_month,
    is_partial_month,
    mrr_amount,
    {%- for step in bill_steps %}
    cast({{ step }} as {{ type_amount() }}) as {{ step }},
    {%- endfor %}
    {%- for kind in kinds %}
    cast({{ kind }}_amount as {{ type_amount() }}) as {{ kind }}_amount,
    {%- endfor %}
    {%- for step in ['tax_amount', 'invoiced_amount'] + steps.keys() | list %}
    cast({{ step }} as {{ type_amount() }}) as {{ step }},
    {%- endfor %}
    cast(collected_amount + refunded_amount as {{ type_amount() }}) as net_collected_amount,
    cast(
        mrr_amount + mrr_discount_amount + not_billed_amount + billed_without_mrr_amount
        + price_difference_amount + billed_ahead_amount + discount_amount
        + proration_amount + one_off_amount + usage_amount + credit_amount + tax_amount
        + void_amount + uncollectible_amount + open_amount + paid_in_another_month_amount
        + issued_in_another_month_amount - collected_amount as {{ type_amount() }}
    ) as residual_amount
from bridged_months
