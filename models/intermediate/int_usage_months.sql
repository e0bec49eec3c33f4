-- Grain: one row per customer and month with usage in the windows that end with it, as it was known then.
with

known_usage as (

    select * from {{ ref('int_known_usage') }}

),

windows as (

    select * from {{ ref('int_usage_windows') }}

),

window_days as (

    select
        known_usage.customer_id,
        windows.activity_month,
        windows.is_latest,
        known_usage.activity_date,
        sum(known_usage.event_count) as event_count,
        sum(known_usage.usage_quantity) as usage_quantity
    from known_usage
    inner join windows
        on
            known_usage.activity_date = windows.activity_date
            and known_usage.known_date < windows.month_end_date
    group by known_usage.customer_id, windows.activity_month, windows.is_latest, known_usage.activity_date

)

select
    customer_id,
    activity_month,
    sum(case when is_latest then 1 else 0 end) as active_day_count,
    sum(case when is_latest then 0 else 1 end) as previous_active_day_count,
    sum(case when is_latest then event_count else 0 end) as event_count,
    sum(case when is_latest then 0 else event_count end) as previous_event_count,
    sum(case when is_latest then usage_quantity else 0 end) as usage_quantity
from window_days
group by customer_id, activity_month
