-- Grain: one row per month, signal that is held against the company's customers, and value it reads for any of them.
with

readings as (select * from {{ ref('int_health_readings') }}),

value_counts as (

    select
        activity_month,
        signal_name,
        raw_value,
        count(*) as customer_count
    from readings
    where line_unit = 'percentile' and raw_value is not null
    group by activity_month, signal_name, raw_value

),

ranked_values as (

    select
        activity_month,
        signal_name,
        raw_value,
        customer_count,
        sum(customer_count) over (
            partition by activity_month, signal_name order by raw_value asc
        ) as customer_count_so_far,
        sum(customer_count) over (partition by activity_month, signal_name) as all_customer_count
    from value_counts

)

select
    activity_month,
    signal_name,
    raw_value,
    -- Half of those who are level count as below.
    {{ rate('customer_count_so_far - 0.5 * customer_count', 'all_customer_count') }} as percentile
from ranked_values
