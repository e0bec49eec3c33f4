-- Grain: one row per day with valid usage events: by which an incremental run tells the days that have changed.
-- Validity is not checked again: all events are counted, and the rejected ones subtracted.
{%- set second_of_hour = 'extract(minute from occurred_at) * 60 + floor(extract(second from occurred_at))' %}
with

events as (select * from {{ received('usage_events') }} as received_rows),

rejected_events as (select * from {{ ref('base_rejected_usage_events') }}),

event_days as (

    select
        cast(occurred_at as date) as activity_date,
        count(*) as row_count,
        max(loaded_at) as day_loaded_at,
        sum({{ second_of_hour }}) as second_sum
    from events
    group by cast(occurred_at as date)

),

rejected_days as (

    select
        cast(occurred_at as date) as activity_date,
        count(*) as row_count,
        sum({{ second_of_hour }}) as second_sum
    from rejected_events
    group by cast(occurred_at as date)

)

select
    event_days.activity_date,
    event_days.row_count - coalesce(rejected_days.row_count, 0) as day_row_count,
    event_days.day_loaded_at,
    cast(event_days.second_sum - coalesce(rejected_days.second_sum, 0) as {{ dbt.type_bigint() }}) as day_second_sum
from event_days
left join rejected_days on event_days.activity_date = rejected_days.activity_date
where
    event_days.activity_date is not null
    and event_days.row_count > coalesce(rejected_days.row_count, 0)
