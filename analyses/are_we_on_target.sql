-- Targets of the last three complete months, the furthest behind first.
with

months as (

    select
        activity_month,
        row_number() over (order by activity_month desc) as recency
    from {{ ref('mrr_monthly') }}
    where not is_partial_month

)

select
    attainment.activity_month,
    attainment.metric_name,
    attainment.dimension_name,
    attainment.dimension_value,
    attainment.target_value,
    attainment.actual_value,
    attainment.attainment_rate,
    attainment.missing_reason
from {{ ref('target_attainment') }} as attainment
inner join months on attainment.activity_month = months.activity_month
where months.recency <= 3
order by attainment.attainment_rate asc nulls last, attainment.metric_name asc, attainment.activity_month desc
