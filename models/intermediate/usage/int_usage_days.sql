-- Grain: one row per day, customer as loaded, user, feature and day of the first load.
-- An incremental run rebuilds the days whose rows changed, however late they came: a day is unchanged when its rows are
-- as many, loaded as late and at the same seconds as when it was built. A day that lost its rows keeps a null one.
-- Events are read where they are needed, not once at the top: engines would keep a copy of them all. Valid
-- are those that were not rejected.
{{ config(on_schema_change='fail', **increments('activity_date')) }}
{%- set events = received('usage_events') %}
{%- set source_rows = 'candidates' if is_incremental() else events %}
{%- set columns = 'event_id customer_id user_id feature occurred_at quantity event_count loaded_at'.split() %}
{%- set event_versions = 'partition by events.event_id order by events.loaded_at desc, events.customer_id asc, '
    ~ 'events.user_id asc nulls last, events.feature asc nulls last, events.occurred_at asc, '
    ~ 'events.quantity asc nulls last, events.event_count asc nulls last' %}
with

rejected_events as (select * from {{ ref('base_rejected_usage_events') }}),

loaded_days as (select * from {{ ref('int_usage_day_fingerprints') }}),
{% if is_incremental() %}
built_days as (

    select distinct
        activity_date,
        day_row_count,
        day_loaded_at,
        day_second_sum
    from {{ this }}

),

last_build as (

    select
        max(full_build_id) as full_build_id,
        max(build_number) + 1 as build_number
    from {{ this }}

),

differing_days as (

    select coalesce(loaded_days.activity_date, built_days.activity_date) as activity_date
    from loaded_days
    full outer join built_days on loaded_days.activity_date = built_days.activity_date
    where
        loaded_days.day_row_count is distinct from built_days.day_row_count
        or loaded_days.day_loaded_at is distinct from built_days.day_loaded_at
        or loaded_days.day_second_sum is distinct from built_days.day_second_sum

),

changed_days as ({{ replaced_days('differing_days', 'loaded_days') }}),

changed_events as (

    select distinct event_id
    from {{ events }} as events
    where cast(occurred_at as date) in (select activity_date from changed_days)

),

changed_versions as (

    select {{ columns | join(', ') }}
    from {{ events }} as events
    where event_id in (select event_id from changed_events)

),

-- A corrected event may have moved from another day, which changes with it.
entered_days as (

    select distinct cast(occurred_at as date) as activity_date
    from changed_versions
    where
        cast(occurred_at as date) in (select activity_date from loaded_days)
        and cast(occurred_at as date) not in (select activity_date from changed_days)

),

moved_days as ({{ replaced_days('entered_days', 'loaded_days') }}),

days as (

    select activity_date
    from changed_days

    union all

    select activity_date
    from moved_days

),

moved_events as (

    select distinct events.event_id
    from {{ events }} as events
    left join changed_events on events.event_id = changed_events.event_id
    where
        cast(events.occurred_at as date) in (select activity_date from moved_days)
        and changed_events.event_id is null

),

candidates as (

    select {{ columns | join(', ') }}
    from changed_versions

    union all

    select {{ columns | join(', ') }}
    from {{ events }} as events
    where event_id in (select event_id from moved_events)

),
{% else %}
days as (

    select activity_date
    from loaded_days

),

last_build as (

    select
        '{{ invocation_id }}' as full_build_id,
        1 as build_number

),
{% endif %}
-- Versions of an event, what has a rejected row and ids that share a number are put in order; most are one valid row.
numbers_with_versions as (

    select {{ text_number('event_id') }} as event_number
    from {{ source_rows }} as events
    group by {{ text_number('event_id') }}
    having count(*) > 1

    union distinct

    select {{ text_number('event_id') }} as event_number
    from rejected_events

),

versions as (

    select
        events.occurred_at,
        events.customer_id,
        events.user_id,
        events.feature,
        events.quantity,
        events.event_count,
        1 as version_number,
        events.loaded_at as first_loaded_at
    from {{ source_rows }} as events
    left join numbers_with_versions on {{ text_number('events.event_id') }} = numbers_with_versions.event_number
    where numbers_with_versions.event_number is null and events.event_id is not null

    union all

    select
        events.occurred_at,
        events.customer_id,
        events.user_id,
        events.feature,
        events.quantity,
        events.event_count,
        row_number() over ({{ event_versions }}) as version_number,
        min(events.loaded_at) over (partition by events.event_id) as first_loaded_at
    from {{ source_rows }} as events
    inner join numbers_with_versions on {{ text_number('events.event_id') }} = numbers_with_versions.event_number
    left join rejected_events
        on
            events.event_id = rejected_events.event_id
            and events.customer_id is not distinct from rejected_events.customer_id
            and events.user_id is not distinct from rejected_events.user_id
            and events.occurred_at is not distinct from rejected_events.occurred_at
            and events.quantity is not distinct from rejected_events.quantity
            and events.event_count is not distinct from rejected_events.event_count
            and events.loaded_at is not distinct from rejected_events.loaded_at
    where rejected_events.event_id is null and events.event_id is not null

),

usage_days as (

    select
        cast(occurred_at as date) as activity_date,
        customer_id,
        user_id,
        feature,
        cast(first_loaded_at as date) as first_loaded_date,
        count(case when version_number = 1 then 1 end) as staged_row_count,
        count(case when version_number > 1 then 1 end) as superseded_row_count,
        sum(case when version_number = 1 then cast(coalesce(event_count, 1) as {{ dbt.type_bigint() }}) else 0 end)
            as event_count,
        sum(case when version_number = 1 then cast(coalesce(quantity, 1) as {{ type_amount() }}) else 0 end)
            as usage_quantity
    from versions
    group by cast(occurred_at as date), customer_id, user_id, feature, cast(first_loaded_at as date)

)

select
    days.activity_date,
    usage_days.customer_id,
    usage_days.user_id,
    usage_days.feature,
    usage_days.first_loaded_date,
    loaded_days.day_row_count,
    loaded_days.day_loaded_at,
    loaded_days.day_second_sum,
    -- Models derived from a day derive it again when it has been built again.
    last_build.full_build_id,
    last_build.build_number,
    coalesce(usage_days.staged_row_count, 0) as staged_row_count,
    coalesce(usage_days.superseded_row_count, 0) as superseded_row_count,
    coalesce(usage_days.event_count, 0) as event_count,
    coalesce(usage_days.usage_quantity, 0) as usage_quantity{{ replaced_month('days.activity_date') }}
from days
cross join last_build
left join usage_days on days.activity_date = usage_days.activity_date
left join loaded_days on days.activity_date = loaded_days.activity_date
