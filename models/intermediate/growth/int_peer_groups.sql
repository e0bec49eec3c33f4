-- Grain: one row per customer (filter: pays on the as-of day): the plan and the size that make its peer group.
with

main_items as (select * from {{ ref('int_customer_main_items') }}),

customer_months as (select * from {{ ref('int_customer_months') }}),

customers as (select * from {{ ref('int_customers') }}),

months as (select * from {{ ref('int_months') }})

select
    customer_months.customer_id,
    main_items.plan_id,
    customers.customer_size
from customer_months
inner join months on customer_months.activity_month = months.activity_month and months.is_as_of_month
inner join main_items
    on
        customer_months.customer_id = main_items.customer_id
        and customer_months.activity_month = main_items.activity_month
inner join customers on customer_months.customer_id = customers.customer_id
where customer_months.is_active
