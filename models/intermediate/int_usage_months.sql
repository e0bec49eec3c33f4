-- Grain: one row per customer and month with usage in the windows that end with it, as it was known then.
with

known_usage as (

    select * from {{ ref('int_known_usage') }}

),

windows as (

    select * from {{ ref('int_usage_windows') }}

),

customer_days as (

    select
        customer_id,
        activity_date,
        sum(event_count) as event_count,
        min(known_date) as known_date
    from known_usage
    group by customer_id, activity_date

)

select
    customer_days.customer_id,
    windows.activity_month,
    sum(case when windows.is_latest then 1 else 0 end) as active_day_count,
    sum(case when windows.is_latest then 0 else 1 end) as previous_active_day_count,
    sum(case when windows.is_latest then customer_days.event_count else 0 end) as event_count,
    sum(case when windows.is_latest then 0 else customer_days.event_count end) as previous_event_count
from customer_days
inner join windows
    on
        customer_days.activity_date = windows.activity_date
        and customer_days.known_date < windows.month_end_date
group by customer_days.customer_id, windows.activity_month
