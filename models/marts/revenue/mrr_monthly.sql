-- Grain: one row per month, from the first subscription to the as-of day.
-- Closed months are as they were published; what has changed since is an adjustment of the first open month.
-- depends_on: {{ ref('closed_months') }}, {{ ref('customer_months') }}
{%- set earlier_months = earlier_rows('closed_mrr_months') %}
{%- set columns = [
    'activity_month', 'opening_mrr_amount', 'new_mrr_amount', 'expansion_mrr_amount', 'contraction_mrr_amount',
    'pause_mrr_amount', 'resume_mrr_amount', 'churn_mrr_amount', 'reactivation_mrr_amount', 'fx_mrr_amount',
    'adjustment_mrr_amount', 'closing_mrr_amount', 'usage_mrr_amount', 'opening_customer_count', 'new_customer_count',
    'expansion_customer_count', 'contraction_customer_count', 'pause_customer_count', 'resume_customer_count',
    'churn_customer_count', 'reactivation_customer_count', 'fx_customer_count', 'active_customer_count',
    'paying_customer_count', 'logo_churn_rate', 'gross_revenue_churn_rate', 'grr_rate', 'nrr_rate',
    'nrr_with_reactivation_rate', 'grr_12m_rate', 'nrr_12m_rate', 'nrr_12m_with_reactivation_rate', 'quick_ratio',
    'arpa_amount', 'intra_month_subscription_count', 'intra_month_mrr_amount', 'is_partial_month'
] %}
with

months as (select * from {{ ref('int_mrr_months') }}){% if earlier_months %},

closed_months as (select * from {{ ref('closed_months') }}),

kept_months as (select * from {{ kept_rows(earlier_months) }} as kept_rows),

adjustments as (

    select
        activity_month,
        count(*) as adjustment_customer_count
    from {{ ref('customer_months') }}
    where adjustment_mrr_amount <> 0
    group by activity_month

){% endif %}

select
    {%- for column in columns %}
    months.{{ column }},
    {%- endfor %}
    cast(12 * months.closing_mrr_amount as {{ type_amount() }}) as closing_arr_amount,
    {%- if earlier_months %}
    coalesce(adjustments.adjustment_customer_count, 0) as adjustment_customer_count
    {%- else %}
    cast(0 as {{ dbt.type_bigint() }}) as adjustment_customer_count
    {%- endif %}
from months
{%- if earlier_months %}
left join adjustments on months.activity_month = adjustments.activity_month
left join closed_months on months.activity_month = closed_months.activity_month
where not coalesce(closed_months.is_kept, false)

union all

select
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    cast(12 * closing_mrr_amount as {{ type_amount() }}) as closing_arr_amount,
    adjustment_customer_count
from kept_months
{%- endif %}
