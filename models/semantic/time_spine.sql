-- Grain: one row per day from the first month of the company to the as-of day.
{{ config(materialized='table', schema='semantic') }}
with

months as (select * from {{ ref('int_months') }}),

month_days as (

    {{ numbers(31) }}

),

days as (

    select
        cast({{ dbt.dateadd('day', 'month_days.n - 1', 'months.activity_month') }} as date) as spine_date,
        months.month_end_at
    from months
    cross join month_days

)

select spine_date
from days
where spine_date < month_end_at
group by spine_date
