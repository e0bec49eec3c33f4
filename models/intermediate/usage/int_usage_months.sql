-- Grain: one row per customer and month (filter: with usage in the windows that end with it), point-in-time.
-- An incremental run derives the months whose usage may have changed.
{{ config(on_schema_change='fail', **increments('activity_month')) }}
with

months as (

    {{ changed_months() }}

),

customer_days as (select * from {{ ref('int_usage_customer_days') }}),

customers as (select * from {{ ref('stg_customers') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

windows as (select * from {{ ref('int_usage_windows') }}),

canonical_customers as (

    select
        customer_id,
        canonical_customer_id,
        count(*) over (partition by canonical_customer_id) as merged_customer_count
    from customers

),

-- Most days of a customer are one row. Those that may be several, by loads or by merges, are counted by their date.
known_days as (

    select
        canonical_customers.canonical_customer_id as customer_id,
        customer_days.activity_date,
        case
            when customer_days.load_count > 1 or canonical_customers.merged_customer_count > 1
                then customer_days.activity_date
        end as repeated_date,
        customer_days.event_count,
        customer_days.usage_quantity,
        {{ known_date('customer_days.first_loaded_date', 'customer_days.activity_date') }} as known_date
    from customer_days
    inner join canonical_customers on customer_days.customer_id = canonical_customers.customer_id
    left join backfills
        on customer_days.first_loaded_date = backfills.loaded_date and backfills.input_name = 'usage_events'
    where customer_days.event_count > 0

),

window_days as (

    select
        known_days.customer_id,
        windows.activity_month,
        windows.is_latest,
        case when known_days.repeated_date is null then count(*) else 1 end as active_day_count,
        max(known_days.activity_date) as last_active_date,
        sum(known_days.event_count) as event_count,
        sum(known_days.usage_quantity) as usage_quantity
    from known_days
    inner join windows
        on
            known_days.activity_date = windows.activity_date
            and known_days.known_date < windows.month_end_date
    inner join months on windows.activity_month = months.activity_month
    group by known_days.customer_id, windows.activity_month, windows.is_latest, known_days.repeated_date

),

customer_counts as (

    select
        customer_id,
        activity_month,
        sum(case when is_latest then active_day_count else 0 end) as active_day_count,
        sum(case when is_latest then 0 else active_day_count end) as previous_active_day_count,
        sum(case when is_latest then event_count else 0 end) as event_count,
        sum(case when is_latest then 0 else event_count end) as previous_event_count,
        sum(case when is_latest then usage_quantity else 0 end) as usage_quantity,
        max(last_active_date) as last_active_date
    from window_days
    group by customer_id, activity_month

)

-- A month without usage keeps one row of nulls, so that its build is recorded.
select
    months.activity_month,
    months.month_build,
    customer_counts.customer_id,
    customer_counts.active_day_count,
    customer_counts.previous_active_day_count,
    customer_counts.event_count,
    customer_counts.previous_event_count,
    customer_counts.usage_quantity,
    customer_counts.last_active_date
from months
left join customer_counts on months.activity_month = customer_counts.activity_month
