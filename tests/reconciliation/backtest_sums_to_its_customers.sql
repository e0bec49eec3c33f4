-- Deciles sum to their segment, segments to all.
with

cells as (select * from {{ ref('ltv_backtest') }}),

totals as (

    select
        survival_segment = 'all' as is_everyone,
        prediction_decile = 0 as is_whole_segment,
        sum(customer_count) as customer_count,
        sum(actual_survivor_count) as actual_survivor_count,
        sum(predicted_revenue_amount) as predicted_revenue_amount,
        sum(actual_revenue_amount) as actual_revenue_amount
    from cells
    group by survival_segment = 'all', prediction_decile = 0

)

select
    min(customer_count) as least_customer_count,
    max(customer_count) as most_customer_count
from totals
having
    min(customer_count) <> max(customer_count)
    or min(actual_survivor_count) <> max(actual_survivor_count)
    or min(predicted_revenue_amount) <> max(predicted_revenue_amount)
    or min(actual_revenue_amount) <> max(actual_revenue_amount)
