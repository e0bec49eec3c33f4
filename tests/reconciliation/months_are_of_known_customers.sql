-- Months and movements are of customers that are known, or were when a month was closed.
with

customers as (select * from {{ ref('customers') }}),

customer_rows as (

    select
        customer_id,
        activity_month
    from {{ ref('customer_months') }}

    union distinct

    select
        customer_id,
        activity_month
    from {{ ref('mrr_movements') }}

),

closed_months as (select * from {{ ref('closed_months') }}),

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
where customers.customer_id is null and former_customers.customer_id is null
