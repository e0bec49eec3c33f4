-- Grain: one row per month and metric (filter: a published build knew it, or this one does): its first known value.
with

known_metrics as (select * from {{ ref('known_metrics') }}),

run_settings as (select * from {{ ref('run_settings') }}),

ranked_metrics as (

    select
        known_metrics.activity_month,
        known_metrics.metric_name,
        known_metrics.input_name,
        known_metrics.metric_value,
        known_metrics.known_date,
        known_metrics.definition_id,
        row_number() over (
            partition by known_metrics.activity_month, known_metrics.metric_name
            order by known_metrics.known_date asc, known_metrics.build_id asc
        ) as known_order
    from known_metrics
    cross join run_settings
    where {{ is_published('known_metrics.build_id') }} or known_metrics.build_id = run_settings.build_id

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
