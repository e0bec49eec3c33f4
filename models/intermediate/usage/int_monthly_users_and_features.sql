-- Grain: one row per month, customer as loaded, user or feature used in the window, and day of a late load.
-- An incremental run derives the months in whose window int_usage_days has built a day since, and those whose end has
-- moved. Usage days are read where they are needed, not once at the top: engines would keep a copy of them all.
{{ config(on_schema_change='fail', meta={'build_column': 'build_number'}, **increments('activity_month')) }}
{%- set usage_days = ref('int_usage_days') %}
with

windows as (select * from {{ ref('int_usage_windows') }}),

day_builds as (

    select distinct
        activity_date,
        full_build_id,
        build_number
    from {{ usage_days }}

),

month_builds as (

    select
        windows.activity_month,
        windows.month_end_date,
        max(day_builds.full_build_id) as full_build_id,
        max(day_builds.build_number) as build_number
    from windows
    inner join day_builds on windows.activity_date = day_builds.activity_date
    where windows.is_latest
    group by windows.activity_month, windows.month_end_date

),

months as (

    select
        activity_month,
        month_end_date,
        full_build_id,
        build_number
    from month_builds
    {%- if is_incremental() %}

    except

    -- Once each, for what is excepted is all held at a time.
    select distinct
        activity_month,
        month_end_date,
        full_build_id,
        build_number
    from {{ this }}
    {%- endif %}

),

window_days as (

    select
        months.activity_month,
        usage_days.customer_id,
        usage_days.user_id,
        usage_days.feature,
        usage_days.event_count,
        -- Rows that were loaded after the month's end may not have been known by then.
        case when usage_days.first_loaded_date >= months.month_end_date then usage_days.first_loaded_date end
            as late_loaded_date
    from {{ usage_days }} as usage_days
    inner join windows on usage_days.activity_date = windows.activity_date and windows.is_latest
    inner join months on windows.activity_month = months.activity_month
    where usage_days.event_count > 0

),

uses as (

    select
        activity_month,
        customer_id,
        user_id,
        cast(null as {{ dbt.type_string() }}) as feature,
        late_loaded_date,
        sum(event_count) as event_count
    from window_days
    where user_id is not null
    group by activity_month, customer_id, user_id, late_loaded_date

    union all

    select distinct
        activity_month,
        customer_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        feature,
        late_loaded_date,
        cast(null as {{ dbt.type_bigint() }}) as event_count
    from window_days
    where feature is not null

)

-- A month without uses keeps one row of nulls, so that its build is recorded.
select
    months.activity_month,
    months.month_end_date,
    months.full_build_id,
    months.build_number,
    uses.customer_id,
    uses.user_id,
    uses.feature,
    uses.late_loaded_date,
    uses.event_count
from months
left join uses on months.activity_month = uses.activity_month
