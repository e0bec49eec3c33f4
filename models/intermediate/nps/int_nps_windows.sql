-- Grain: one row per month and window of time that ends with it.
with

months as (select * from {{ ref('int_months') }})

select
    activity_month,
    is_partial_month,
    'month' as nps_window,
    cast(activity_month as timestamp) as window_start_at,
    month_end_at as window_end_at
from months

union all

select
    activity_month,
    is_partial_month,
    '90_days' as nps_window,
    cast({{ dbt.dateadd('day', -90, 'month_end_at') }} as timestamp) as window_start_at,
    month_end_at as window_end_at
from months

union all

select
    activity_month,
    is_partial_month,
    'year' as nps_window,
    cast({{ add_months('cast(month_end_at as date)', -12) }} as timestamp) as window_start_at,
    month_end_at as window_end_at
from months
