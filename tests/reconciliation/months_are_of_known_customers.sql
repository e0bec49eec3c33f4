-- Months and movements are of customers that are known. Of one that only a closed month knows, an open month has no
-- MRR, and no movement but the adjustment.
with

customers as (select * from {{ ref('customers') }}),

closed_months as (select * from {{ ref('closed_months') }}),

customer_rows as (

    select
        customer_id,
        activity_month,
        mrr_amount > 0 or is_active as is_alive
    from {{ ref('customer_months') }}

    union all

    select
        customer_id,
        activity_month,
        movement_type <> 'adjustment' as is_alive
    from {{ ref('mrr_movements') }}

),

former_customers as (

    select distinct customer_rows.customer_id
    from customer_rows
    inner join closed_months on customer_rows.activity_month = closed_months.activity_month
    where closed_months.is_kept

)

select distinct customer_rows.customer_id
from customer_rows
left join customers on customer_rows.customer_id = customers.customer_id
left join former_customers on customer_rows.customer_id = former_customers.customer_id
left join closed_months on customer_rows.activity_month = closed_months.activity_month
where
    customers.customer_id is null
    and (
        former_customers.customer_id is null
        or (customer_rows.is_alive and not coalesce(closed_months.is_kept, false))
    )
