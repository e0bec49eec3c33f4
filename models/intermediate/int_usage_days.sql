-- Grain: one row per day, customer as it landed, user, feature and day of the first load. The only model that reads
-- every event.
-- An incremental run rebuilds the days whose rows changed, however late they came: a day is unchanged when its rows are
-- as many, loaded as late and at the same seconds as when it was built. A day that lost its rows keeps an empty one.
{{ config(
    materialized='incremental', incremental_strategy='delete+insert', unique_key='activity_date',
    on_schema_change='fail'
) }}
with

events as (

    select
        *,
        cast(occurred_at as date) as activity_date
    from {{ ref('checked_usage_events') }}
    where reject_reason is null

),

landed_days as (

    select
        activity_date,
        count(*) as day_row_count,
        max(loaded_at) as day_loaded_at,
        cast(
            sum(extract(minute from occurred_at) * 60 + floor(extract(second from occurred_at)))
            as {{ dbt.type_bigint() }}
        ) as day_second_sum
    from events
    group by activity_date

),
{% if is_incremental() %}
built_days as (

    select distinct
        activity_date,
        day_row_count,
        day_loaded_at,
        day_second_sum
    from {{ this }}

),

changed_days as (

    select coalesce(landed_days.activity_date, built_days.activity_date) as activity_date
    from landed_days
    full outer join built_days on landed_days.activity_date = built_days.activity_date
    where
        coalesce(landed_days.day_row_count, 0) <> coalesce(built_days.day_row_count, -1)
        or landed_days.day_loaded_at is distinct from built_days.day_loaded_at
        or landed_days.day_second_sum is distinct from built_days.day_second_sum

),

-- A corrected event may have moved from another day, which changes with it.
days as (

    select activity_date
    from changed_days

    union

    select other_versions.activity_date
    from events
    inner join changed_days on events.activity_date = changed_days.activity_date
    inner join events as other_versions on events.event_id = other_versions.event_id

),

candidates as (

    select distinct events.event_id
    from events
    inner join days on events.activity_date = days.activity_date

),
{% else %}
days as (

    select activity_date
    from landed_days

),
{% endif %}
versions as (

    select
        events.activity_date,
        events.customer_id,
        events.user_id,
        events.feature,
        cast(coalesce(events.quantity, 1) as {{ type_amount() }}) as quantity,
        row_number() over event_versions as version_number,
        cast(
            min(events.loaded_at) over (
                event_versions rows between unbounded preceding and unbounded following
            ) as date
        ) as first_loaded_date
    from events
    {%- if is_incremental() %}
    inner join candidates on events.event_id = candidates.event_id
    {%- endif %}
    window event_versions as (
        partition by events.event_id
        order by
            events.loaded_at desc,
            events.customer_id asc,
            events.user_id asc nulls last,
            events.feature asc nulls last,
            events.occurred_at asc,
            events.quantity asc nulls last
    )

)

select
    days.activity_date,
    versions.customer_id,
    versions.user_id,
    versions.feature,
    versions.first_loaded_date,
    landed_days.day_row_count,
    landed_days.day_loaded_at,
    landed_days.day_second_sum,
    sum(case when versions.version_number = 1 then 1 else 0 end) as event_count,
    sum(case when versions.version_number > 1 then 1 else 0 end) as superseded_event_count,
    sum(case when versions.version_number = 1 then versions.quantity else 0 end) as usage_quantity
from days
left join versions on days.activity_date = versions.activity_date
left join landed_days on days.activity_date = landed_days.activity_date
group by
    days.activity_date,
    versions.customer_id,
    versions.user_id,
    versions.feature,
    versions.first_loaded_date,
    landed_days.day_row_count,
    landed_days.day_loaded_at,
    landed_days.day_second_sum
