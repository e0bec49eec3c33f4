-- Grain: one row per day with good usage events: by what an incremental run tells which days have changed.
-- Whether a row is good is not asked anew: good are those that were not turned away.
with

events as (

    select * from {{ raw('usage_events') }}

),

rejected_events as (

    select * from {{ ref('rejected_usage_events') }}

),

rejected_days as (

    select
        cast(occurred_at as date) as activity_date,
        count(*) as rejected_row_count
    from rejected_events
    group by cast(occurred_at as date)

),

event_days as (

    select
        cast(occurred_at as date) as activity_date,
        count(*) as row_count,
        max(loaded_at) as day_loaded_at,
        cast(
            sum(extract(minute from occurred_at) * 60 + floor(extract(second from occurred_at)))
            as {{ dbt.type_bigint() }}
        ) as day_second_sum
    from events
    group by cast(occurred_at as date)

)

select
    event_days.activity_date,
    event_days.row_count - coalesce(rejected_days.rejected_row_count, 0) as day_row_count,
    event_days.day_loaded_at,
    event_days.day_second_sum
from event_days
left join rejected_days on event_days.activity_date = rejected_days.activity_date
where
    event_days.activity_date is not null
    and event_days.row_count > coalesce(rejected_days.rejected_row_count, 0)
