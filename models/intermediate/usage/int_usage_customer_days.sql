-- Grain: one row per day, customer as loaded and day of the first load.
-- An incremental run derives the days that int_usage_days has built since. Usage days are read where they are needed,
-- not once at the top: engines would keep a copy of them all.
{{ config(on_schema_change='fail', meta={'build_column': 'build_number'}, **increments('activity_date')) }}
{%- set usage_days = ref('int_usage_days') %}
with

day_builds as (

    select distinct
        activity_date,
        full_build_id,
        build_number
    from {{ usage_days }}
    {%- if is_incremental() %}

    except

    -- Once each, for what is excepted is all held at a time.
    select distinct
        activity_date,
        full_build_id,
        build_number
    from {{ this }}
    {%- endif %}

),

loads as (

    select
        usage_days.activity_date,
        usage_days.customer_id,
        usage_days.first_loaded_date,
        sum(usage_days.staged_row_count) as staged_row_count,
        sum(usage_days.superseded_row_count) as superseded_row_count,
        sum(usage_days.event_count) as event_count,
        sum(usage_days.usage_quantity) as usage_quantity
    from {{ usage_days }} as usage_days
    {%- if is_incremental() %}
    inner join day_builds on usage_days.activity_date = day_builds.activity_date
    {%- endif %}
    group by usage_days.activity_date, usage_days.customer_id, usage_days.first_loaded_date

),

-- Few days of a customer came in several loads: a window over all of them would take longer than all else.
repeated_days as (

    select
        activity_date,
        customer_id,
        count(*) as load_count
    from loads
    group by activity_date, customer_id
    having count(*) > 1

)

select
    loads.activity_date,
    loads.customer_id,
    loads.first_loaded_date,
    day_builds.full_build_id,
    day_builds.build_number,
    coalesce(repeated_days.load_count, 1) as load_count,
    loads.staged_row_count,
    loads.superseded_row_count,
    loads.event_count,
    loads.usage_quantity{{ replaced_month('loads.activity_date') }}
from loads
inner join day_builds on loads.activity_date = day_builds.activity_date
left join repeated_days
    on loads.activity_date = repeated_days.activity_date and loads.customer_id = repeated_days.customer_id
