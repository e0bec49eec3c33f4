-- Grain: one row per target: month, metric, dimension and its value.
-- A value that the dimension has in another month has nothing in this one: 0. Of any other nothing is known.
{%- set zero_metrics = [] %}
{%- for metric in target_metrics() if metric.endswith(('_mrr_amount', '_customer_count')) %}
{%- do zero_metrics.append(metric) if metric != 'usage_mrr_amount' %}
{%- endfor %}
with

targets as (select * from {{ ref('stg_targets') }}),

mrr_monthly as (select * from {{ ref('mrr_monthly') }}),

dimension_months as (select * from {{ ref('mrr_by_dimension_monthly') }}),

actuals as (

    select
        activity_month,
        {%- for metric in target_metrics() %}
        {{ metric }},
        {%- endfor %}
        'all' as dimension_name,
        'all' as dimension_value
    from mrr_monthly

    union all

    select
        activity_month,
        {%- for metric in target_metrics() %}
        {{ metric }},
        {%- endfor %}
        dimension_name,
        dimension_value
    from dimension_months

),

dimension_values as (

    select distinct
        dimension_name,
        dimension_value
    from dimension_months

),

dimensions as (select distinct dimension_name from dimension_values),

attainments as (

    select
        targets.month as activity_month,
        targets.metric as metric_name,
        coalesce(targets.dimension, 'all') as dimension_name,
        coalesce(targets.value, 'all') as dimension_value,
        targets.target as target_value,
        case
            when actuals.activity_month is not null
                then
                    case targets.metric
                        {%- for metric in target_metrics() %}
                        when '{{ metric }}' then cast(actuals.{{ metric }} as {{ type_amount() }})
                        {%- endfor %}
                    end
            when
                mrr_monthly.activity_month is not null and dimension_values.dimension_value is not null
                and targets.metric in (
                    {%- for metric in zero_metrics %}
                    '{{ metric }}'{{ ',' if not loop.last }}
                    {%- endfor %}
                )
                then cast(0 as {{ type_amount() }})
        end as actual_value,
        case
            when targets.dimension is not null and dimensions.dimension_name is null then 'unknown_dimension'
            when targets.dimension is not null and dimension_values.dimension_value is null then 'unknown_value'
            when mrr_monthly.activity_month is null then 'month_outside'
            else 'metric_not_known'
        end as missing_reason,
        coalesce(mrr_monthly.is_partial_month, false) as is_partial_month
    from targets
    left join mrr_monthly on targets.month = mrr_monthly.activity_month
    left join dimensions on targets.dimension = dimensions.dimension_name
    left join dimension_values
        on
            targets.dimension = dimension_values.dimension_name
            and targets.value = dimension_values.dimension_value
    left join actuals
        on
            targets.month = actuals.activity_month
            and coalesce(targets.dimension, 'all') = actuals.dimension_name
            and coalesce(targets.value, 'all') = actuals.dimension_value

)

select
    activity_month,
    metric_name,
    dimension_name,
    dimension_value,
    target_value,
    actual_value,
    {{ rate('actual_value', 'target_value') }} as attainment_rate,
    case when actual_value is null then missing_reason end as missing_reason,
    is_partial_month
from attainments
