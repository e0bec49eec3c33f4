-- For every customer and month: closing MRR = opening MRR + the sum of its movements, to the last digit.
with

customer_months as (select * from {{ ref('customer_months') }}),

movements as (

    select
        customer_id,
        activity_month,
        sum(movement_amount) as movement_amount
    from {{ ref('mrr_movements') }}
    group by customer_id, activity_month

)

select
    coalesce(customer_months.customer_id, movements.customer_id) as customer_id,
    coalesce(customer_months.activity_month, movements.activity_month) as activity_month,
    customer_months.opening_mrr_amount,
    movements.movement_amount,
    customer_months.mrr_amount
from customer_months
full outer join movements
    on
        customer_months.customer_id = movements.customer_id
        and customer_months.activity_month = movements.activity_month
where
    customer_months.customer_id is null
    or customer_months.mrr_amount <> customer_months.opening_mrr_amount + coalesce(movements.movement_amount, 0)
