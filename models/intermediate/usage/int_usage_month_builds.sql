-- Grain: one row per month: by which an incremental run tells the months whose usage may have changed.
with

windows as (select * from {{ ref('int_usage_windows') }}),

customers as (select * from {{ ref('stg_customers') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

features as (select * from {{ ref('features') }}),

day_builds as (

    select
        activity_date,
        max(full_build_id) as full_build_id,
        max(build_number) as build_number
    from {{ ref('int_usage_customer_days') }}
    group by activity_date

),

-- A month reads the days of both of its windows, and of the latest one of the month before.
read_days as (

    select
        activity_month,
        activity_date,
        month_end_date
    from windows

    union all

    select
        {{ add_months('activity_month', 1) }} as activity_month,
        activity_date,
        cast(null as date) as month_end_date
    from windows
    where is_latest

),

month_builds as (

    select
        read_days.activity_month,
        max(read_days.month_end_date) as month_end_date,
        max(day_builds.full_build_id) as full_build_id,
        max(day_builds.build_number) as build_number
    from read_days
    inner join day_builds on read_days.activity_date = day_builds.activity_date
    group by read_days.activity_month

),

-- What every month reads: merges, which loads were backfills, which features personalise, which month is the first.
read_rows as (

    select 'customer ' || customer_id || ' ' || canonical_customer_id as read_row
    from customers
    where customer_id <> canonical_customer_id

    union all

    select 'backfill ' || cast(loaded_date as {{ dbt.type_string() }}) as read_row
    from backfills
    where input_name = 'usage_events'

    union all

    select 'feature ' || feature as read_row
    from features
    where is_personalisation

    union all

    select 'month ' || cast(min(activity_month) as {{ dbt.type_string() }}) as read_row
    from windows

),

read_inputs as (

    select sum(cast({{ text_number('read_row') }} as decimal(38, 0))) as inputs_number
    from read_rows

)

select
    month_builds.activity_month,
    month_builds.full_build_id
    || ' ' || cast(month_builds.build_number as {{ dbt.type_string() }})
    || ' ' || cast(month_builds.month_end_date as {{ dbt.type_string() }})
    || ' ' || cast(read_inputs.inputs_number as {{ dbt.type_string() }}) as month_build
from month_builds
cross join read_inputs
-- The month after the last one has an earlier window alone.
where month_builds.month_end_date is not null
