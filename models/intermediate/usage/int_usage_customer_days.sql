-- Grain: one row per day, customer as loaded and day of the first load.
-- An incremental run derives the days that int_usage_days has built since. Usage days are read where they are needed,
-- not once at the top: engines would keep a copy of them all.
{{ config(on_schema_change='fail', **increments('activity_date')) }}
{%- set usage_days = ref('int_usage_days') %}
{%- if is_incremental() %}
with

built_days as (

    select distinct
        activity_date,
        full_build_id,
        build_number
    from {{ this }}

),

day_builds as (

    select distinct
        activity_date,
        full_build_id,
        build_number
    from {{ usage_days }}

),

days as (

    select day_builds.activity_date
    from day_builds
    left join built_days
        on
            day_builds.activity_date = built_days.activity_date
            and day_builds.full_build_id = built_days.full_build_id
            and day_builds.build_number = built_days.build_number
    where built_days.activity_date is null

)
{% endif %}
select
    usage_days.activity_date,
    usage_days.customer_id,
    usage_days.first_loaded_date,
    usage_days.full_build_id,
    usage_days.build_number,
    count(*) over (partition by usage_days.activity_date, usage_days.customer_id) as load_count,
    sum(usage_days.staged_row_count) as staged_row_count,
    sum(usage_days.superseded_row_count) as superseded_row_count,
    sum(usage_days.event_count) as event_count,
    sum(usage_days.usage_quantity) as usage_quantity{{ replaced_month('usage_days.activity_date') }}
from {{ usage_days }} as usage_days
{%- if is_incremental() %}
inner join days on usage_days.activity_date = days.activity_date
{%- endif %}
group by
    usage_days.activity_date,
    usage_days.customer_id,
    usage_days.first_loaded_date,
    usage_days.full_build_id,
    usage_days.build_number
