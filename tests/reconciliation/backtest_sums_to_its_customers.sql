-- Deciles sum to their segment, segments to all, and all are the customers of the back-test.
{{ config(group='ltv') }}
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

),

customers as (

    select count(*) as customer_count
    from {{ ref('int_backtest_customers') }}

)

select
    customers.customer_count,
    min(totals.customer_count) as least_customer_count,
    max(totals.customer_count) as most_customer_count
from customers
left join totals on customers.customer_count > 0
group by customers.customer_count
having
    coalesce(min(totals.customer_count), 0) <> customers.customer_count
    or coalesce(max(totals.customer_count), 0) <> customers.customer_count
    or min(totals.actual_survivor_count) <> max(totals.actual_survivor_count)
    or min(totals.predicted_revenue_amount) <> max(totals.predicted_revenue_amount)
    or min(totals.actual_revenue_amount) <> max(totals.actual_revenue_amount)
