-- In each dimension values sum to mrr_monthly, what is reclassified to 0, and a value opens with what it closed with.
{%- set summed = [
    'opening_mrr_amount', 'new_mrr_amount', 'expansion_mrr_amount', 'contraction_mrr_amount', 'pause_mrr_amount',
    'resume_mrr_amount', 'churn_mrr_amount', 'reactivation_mrr_amount', 'fx_mrr_amount', 'adjustment_mrr_amount',
    'closing_mrr_amount', 'usage_mrr_amount', 'opening_customer_count', 'new_customer_count', 'expansion_customer_count',
    'contraction_customer_count', 'pause_customer_count', 'resume_customer_count', 'churn_customer_count',
    'reactivation_customer_count', 'fx_customer_count', 'adjustment_customer_count', 'active_customer_count',
    'paying_customer_count'
] %}
{%- set year_rates = {
    'nrr_12m_rate': 'kept_mrr_amount', 'grr_12m_rate': 'kept_capped_mrr_amount',
    'nrr_12m_with_reactivation_rate': 'returned_mrr_amount'
} %}
with

monthly as (select * from {{ ref('mrr_monthly') }}),

dimension_months as (select * from {{ ref('mrr_by_dimension_monthly') }}),

closed_months as (select * from {{ ref('closed_months') }}),

dimensions as (
    {% for dimension in revenue_dimensions() %}
    select '{{ dimension }}' as dimension_name

    union distinct
    {%- endfor %}

    select dimension_name
    from dimension_months
),

totals as (

    select
        activity_month,
        dimension_name,
        {%- for column in summed + year_rates.values() | list %}
        sum({{ column }}) as {{ column }},
        {%- endfor %}
        sum(year_ago_mrr_amount) as year_ago_mrr_amount,
        sum(retained_mrr_amount) as retained_mrr_amount,
        sum(reclassified_in_mrr_amount + reclassified_out_mrr_amount) as reclassified_mrr_amount,
        sum(reclassified_in_customer_count - reclassified_out_customer_count) as reclassified_customer_count,
        sum(transfer_mrr_amount) as transfer_mrr_amount
    from dimension_months
    group by activity_month, dimension_name

),

rates as (

    select
        activity_month,
        dimension_name,
        {%- for column, kept_amount in year_rates.items() %}
        {{ rate(kept_amount, 'year_ago_mrr_amount') }} as {{ column }},
        {%- endfor %}
        {{ rate('retained_mrr_amount', 'opening_mrr_amount + adjustment_mrr_amount') }} as nrr_rate
    from totals

),

openings as (

    select
        activity_month,
        dimension_name,
        dimension_value,
        opening_mrr_amount,
        opening_customer_count,
        0 as closing_mrr_amount,
        0 as active_customer_count
    from dimension_months

    union all

    select
        {{ add_months('activity_month', 1) }} as activity_month,
        dimension_name,
        dimension_value,
        0 as opening_mrr_amount,
        0 as opening_customer_count,
        closing_mrr_amount,
        active_customer_count
    from dimension_months
    where activity_month < (select max(newest.activity_month) from dimension_months as newest)

)

select
    'values sum to the month' as broken_rule,
    monthly.activity_month,
    dimensions.dimension_name,
    cast(null as {{ dbt.type_string() }}) as dimension_value
from monthly
cross join dimensions
left join totals on monthly.activity_month = totals.activity_month and dimensions.dimension_name = totals.dimension_name
left join rates on monthly.activity_month = rates.activity_month and dimensions.dimension_name = rates.dimension_name
where
    {%- for column in summed %}
    coalesce(monthly.{{ column }}, 0) <> coalesce(totals.{{ column }}, 0) or
    {%- endfor %}
    totals.reclassified_mrr_amount <> 0 or totals.reclassified_customer_count <> 0 or totals.transfer_mrr_amount <> 0
    or coalesce(monthly.nrr_rate, -1) <> coalesce(rates.nrr_rate, -1)

union all

-- Of closed months the published rates stay; by value they are those of what is known now.
select
    'values keep what the month keeps' as broken_rule,
    monthly.activity_month,
    rates.dimension_name,
    cast(null as {{ dbt.type_string() }}) as dimension_value
from monthly
inner join rates on monthly.activity_month = rates.activity_month
left join closed_months on monthly.activity_month = closed_months.activity_month
where
    not coalesce(closed_months.is_kept, false)
    and (
        coalesce(monthly.nrr_12m_rate, -1) <> coalesce(rates.nrr_12m_rate, -1)
        or coalesce(monthly.grr_12m_rate, -1) <> coalesce(rates.grr_12m_rate, -1)
        or coalesce(monthly.nrr_12m_with_reactivation_rate, -1) <> coalesce(rates.nrr_12m_with_reactivation_rate, -1)
    )

union all

select
    'a value opens with what it closed with' as broken_rule,
    activity_month,
    dimension_name,
    dimension_value
from openings
group by activity_month, dimension_name, dimension_value
having
    sum(opening_mrr_amount) <> sum(closing_mrr_amount) or sum(opening_customer_count) <> sum(active_customer_count)
