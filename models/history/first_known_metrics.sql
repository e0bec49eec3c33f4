-- Grain: one row per month and metric (filter: a published build knew it): its first known value.
with

known_metrics as (select * from {{ ref('known_metrics') }}),

ranked_metrics as (

    select
        activity_month,
        metric_name,
        input_name,
        metric_value,
        known_date,
        definition_id,
        row_number() over (
            partition by activity_month, metric_name
            order by known_date asc, build_id asc
        ) as known_order
    from known_metrics
    where {{ is_published('build_id') }}

)

select
    activity_month,
    metric_name,
    input_name,
    metric_value,
    known_date,
    definition_id
from ranked_metrics
where known_order = 1
