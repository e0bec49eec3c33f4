-- Grain: one row per month and metric (filter: a published build knew it): its first known value.
with

known_metrics as (select * from {{ ref('known_metrics') }}),

published_builds as (select * from {{ ref('published_builds') }}),

published_totals as (

    select count(*) as build_count
    from published_builds

),

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
    cross join published_totals
    left join published_builds on known_metrics.build_id = published_builds.build_id
    where published_builds.build_id is not null or published_totals.build_count = 0

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
