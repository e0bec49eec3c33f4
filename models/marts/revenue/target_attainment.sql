-- Grain: one row per target: month, metric, dimension and its value.
with

targets as (select * from {{ ref('stg_targets') }}),

mrr_monthly as (select * from {{ ref('mrr_monthly') }}),

attainments as (

    select
        targets.month as activity_month,
        targets.metric as metric_name,
        coalesce(targets.dimension, 'all') as dimension_name,
        coalesce(targets.value, 'all') as dimension_value,
        targets.target as target_value,
        -- Of the whole company alone.
        case
            when targets.dimension is null
                then
                    case targets.metric
                        {%- for metric in target_metrics() %}
                        when '{{ metric }}' then cast(mrr_monthly.{{ metric }} as {{ type_amount() }})
                        {%- endfor %}
                    end
        end as actual_value,
        coalesce(mrr_monthly.is_partial_month, false) as is_partial_month
    from targets
    left join mrr_monthly on targets.month = mrr_monthly.activity_month

)

select
    activity_month,
    metric_name,
    dimension_name,
    dimension_value,
    target_value,
    actual_value,
    {{ rate('actual_value', 'target_value') }} as attainment_rate,
    is_partial_month
from attainments
