-- Grain: one row per month (filter: with a valuation date of the history): the order of the list that was in force.
{%- set default_order = priority_orders().keys() | first %}
with

finds as (select * from {{ ref('int_priority_finds') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

-- MRR that each order found, on average over the shares of the list.
found_amounts as (

    select
        priority_order,
        activity_month,
        horizon_date,
        customer_id,
        cast(mrr_amount * avg(found_rate) as {{ type_double() }}) as found_amount
    from finds
    where priority_order <> 'random'
    group by priority_order, activity_month, horizon_date, customer_id, mrr_amount

),

gains as (

    select
        other_amounts.priority_order,
        other_amounts.horizon_date,
        other_amounts.customer_id,
        other_amounts.found_amount - default_amounts.found_amount as gain_amount
    from found_amounts as other_amounts
    inner join found_amounts as default_amounts
        on
            other_amounts.activity_month = default_amounts.activity_month
            and other_amounts.customer_id = default_amounts.customer_id
    where default_amounts.priority_order = '{{ default_order }}'

),

-- Point-in-time: only month ends whose horizon had passed by then. Those of one customer overlap: it is one case.
customer_gains as (

    select
        valuation_dates.activity_month,
        gains.priority_order,
        gains.customer_id,
        sum(gains.gain_amount) as gain_amount
    from valuation_dates
    inner join gains on valuation_dates.valuation_date >= gains.horizon_date
    where valuation_dates.is_in_history
    group by valuation_dates.activity_month, gains.priority_order, gains.customer_id

),

order_gains as (

    select
        activity_month,
        priority_order,
        count(*) as churned_customer_count,
        sum(gain_amount) as gain_amount,
        sqrt(sum(gain_amount * gain_amount)) as gain_error
    from customer_gains
    group by activity_month, priority_order

),

-- Better than the default beyond chance; of several the one that found the most.
better_orders as (

    select
        activity_month,
        priority_order,
        row_number() over (
            partition by activity_month order by gain_amount desc, priority_order asc
        ) as gain_rank
    from order_gains
    where
        churned_customer_count >= {{ var('min_priority_churns') }}
        and gain_amount > {{ var('confidence_z_score') }} * gain_error

)

select
    valuation_dates.activity_month,
    valuation_dates.is_as_of,
    coalesce(better_orders.priority_order, '{{ default_order }}') as priority_order
from valuation_dates
left join better_orders
    on valuation_dates.activity_month = better_orders.activity_month and better_orders.gain_rank = 1
where valuation_dates.is_in_history
