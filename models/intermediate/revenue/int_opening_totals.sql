-- Grain: one row per month, plan and tenure band of the customers that it opens with.
-- depends_on: {{ ref('closed_months') }}
{#- Closed months open with what was published of them, open ones with what is known, as rates of mrr_monthly do. -#}
{%- set earlier_customer_months = earlier_rows('closed_customer_months') %}
with

tenure_months as (select * from {{ ref('int_customer_tenure_months') }}),

{% if earlier_customer_months -%}
closed_months as (select * from {{ ref('closed_months') }}),

reported_months as (
    select
        customer_id,
        activity_month,
        opening_mrr_amount + adjustment_mrr_amount as opening_mrr_amount,
        coalesce(lag(is_active) over (partition by customer_id order by activity_month asc), false) as was_active
    from {{ kept_rows(earlier_customer_months) }} as kept_rows
),
{%- endif %}

openings as (
    select
        tenure_months.activity_month,
        tenure_months.plan_name,
        tenure_months.tenure_band,
        tenure_months.was_active,
        tenure_months.opening_mrr_amount
    from tenure_months
    {%- if earlier_customer_months %}
    left join closed_months on tenure_months.activity_month = closed_months.activity_month
    where not coalesce(closed_months.is_kept, false)

    union all

    select
        reported_months.activity_month,
        coalesce(tenure_months.plan_name, 'unknown') as plan_name,
        tenure_months.tenure_band,
        reported_months.was_active,
        reported_months.opening_mrr_amount
    from reported_months
    left join tenure_months
        on
            reported_months.customer_id = tenure_months.customer_id
            and reported_months.activity_month = tenure_months.activity_month
    {%- endif %}
)

select
    activity_month,
    plan_name,
    tenure_band,
    sum(case when was_active then 1 else 0 end) as customer_count,
    sum(opening_mrr_amount) as mrr_amount
from openings
group by activity_month, plan_name, tenure_band
