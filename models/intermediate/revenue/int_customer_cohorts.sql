-- Grain: one row per customer (filter: has paid).
with

customer_months as (select * from {{ ref('int_customer_months') }}),

main_items as (select * from {{ ref('int_customer_main_items') }}),

customers as (select * from {{ ref('int_customers') }}),

plans as (select * from {{ ref('stg_plans') }}),

first_months as (

    select
        customer_id,
        cohort_month,
        mrr_amount
    from customer_months
    where activity_month = cohort_month

)

select
    first_months.customer_id,
    first_months.cohort_month,
    first_months.mrr_amount as cohort_mrr_amount,
    coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
    coalesce(plans.plan_name, main_items.plan_id, 'unknown') as plan_name,
    coalesce({{ interval_name('main_items.billing_interval', 'main_items.interval_count') }}, 'unknown')
        as billing_interval,
    coalesce(customers.country, 'unknown') as country,
    customers.customer_size
from first_months
inner join main_items
    on
        first_months.customer_id = main_items.customer_id
        and first_months.cohort_month = main_items.activity_month
inner join customers on first_months.customer_id = customers.customer_id
left join plans on main_items.plan_id = plans.plan_id
