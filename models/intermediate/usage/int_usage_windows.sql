-- Grain: one row per month and day of the two windows that end with it: the latest and the one before.
with

months as (select * from {{ ref('int_months') }}),

days_back as (

    {{ numbers(2 * var('usage_window_days')) }}

)

select
    months.activity_month,
    cast(months.month_end_at as date) as month_end_date,
    cast({{ dbt.dateadd('day', '-days_back.n', 'months.month_end_at') }} as date) as activity_date,
    days_back.n <= {{ var('usage_window_days') }} as is_latest
from months
cross join days_back
