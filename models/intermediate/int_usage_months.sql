-- Grain: one row per customer and month with usage in the windows that end with it, as it was known then.
with

customer_days as (

    select * from {{ ref('int_usage_customer_days') }}

),

customers as (

    select * from {{ ref('stg_customers') }}

),

backfills as (

    select * from {{ ref('int_backfills') }}

),

windows as (

    select * from {{ ref('int_usage_windows') }}

),

known_days as (

    select
        customers.surviving_customer_id as customer_id,
        customer_days.activity_date,
        customer_days.event_count,
        customer_days.usage_quantity,
        {{ known_date('customer_days.first_loaded_date', 'customer_days.activity_date') }} as known_date
    from customer_days
    inner join customers on customer_days.customer_id = customers.customer_id
    left join backfills
        on customer_days.first_loaded_date = backfills.loaded_date and backfills.input_name = 'usage_events'
    where customer_days.event_count > 0

),

-- A day counts once, with the row of it that was known first: rows of a day may have been loaded on several.
day_rows as (

    select
        *,
        row_number() over (partition by customer_id, activity_date order by known_date asc) as row_number_of_day
    from known_days

),

window_days as (

    select
        day_rows.customer_id,
        windows.activity_month,
        windows.is_latest,
        day_rows.row_number_of_day = 1 as is_first_of_day,
        day_rows.event_count,
        day_rows.usage_quantity
    from day_rows
    inner join windows
        on
            day_rows.activity_date = windows.activity_date
            and day_rows.known_date < windows.month_end_date

)

select
    customer_id,
    activity_month,
    sum(case when is_latest and is_first_of_day then 1 else 0 end) as active_day_count,
    sum(case when is_first_of_day and not is_latest then 1 else 0 end) as previous_active_day_count,
    sum(case when is_latest then event_count else 0 end) as event_count,
    sum(case when is_latest then 0 else event_count end) as previous_event_count,
    sum(case when is_latest then usage_quantity else 0 end) as usage_quantity
from window_days
group by customer_id, activity_month
