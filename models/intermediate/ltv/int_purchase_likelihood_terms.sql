-- Grain: one row per valuation date and term of the likelihood (filter: with min_repeat_customers of them).
with

buyers as (select * from {{ ref('int_buyers') }}),

numbers as ({{ numbers(12000) }}),

repeat_counts as (

    select
        valuation_date,
        repeat_count,
        repeat_customer_count,
        count(*) as customer_count,
        sum(sum(age_weeks)) over (partition by valuation_date)
        / sum(repeat_count * count(*)) over (partition by valuation_date) as weeks_per_purchase
    from buyers
    where repeat_customer_count >= {{ var('min_repeat_customers') }}
    group by valuation_date, repeat_count, repeat_customer_count

),

-- How many customers have bought again more than so many times: what their gamma functions have in common.
orders as (

    select
        repeat_counts.valuation_date,
        repeat_counts.repeat_customer_count,
        repeat_counts.weeks_per_purchase,
        numbers.n - 1 as purchase_number,
        sum(repeat_counts.customer_count) as order_count
    from repeat_counts
    inner join numbers on repeat_counts.repeat_count >= numbers.n
    group by
        repeat_counts.valuation_date,
        repeat_counts.repeat_customer_count,
        repeat_counts.weeks_per_purchase,
        numbers.n

)

select
    valuation_date,
    repeat_customer_count,
    weeks_per_purchase,
    purchase_number,
    cast(order_count as {{ type_double() }}) as order_count,
    0 as repeat_count,
    cast(0 as {{ type_double() }}) as recency_weeks,
    cast(0 as {{ type_double() }}) as age_weeks,
    cast(0 as {{ type_double() }}) as customer_count
from orders

union all

-- Customers alike in what they bought, and when last, are one term.
select
    buyers.valuation_date,
    orders.repeat_customer_count,
    orders.weeks_per_purchase,
    0 as purchase_number,
    cast(0 as {{ type_double() }}) as order_count,
    buyers.repeat_count,
    buyers.recency_weeks,
    buyers.age_weeks,
    cast(count(*) as {{ type_double() }}) as customer_count
from buyers
inner join orders on buyers.valuation_date = orders.valuation_date and orders.purchase_number = 0
group by
    buyers.valuation_date,
    orders.repeat_customer_count,
    orders.weeks_per_purchase,
    buyers.repeat_count,
    buyers.recency_weeks,
    buyers.age_weeks
