-- Grain: one row per customer that has paid, with what it was in its cohort month.
with

customer_months as (

    select * from {{ ref('int_customer_months') }}

),

item_months as (

    select * from {{ ref('int_subscription_item_months') }}

),

customers as (

    select * from {{ ref('int_customers') }}

),

plans as (

    select * from {{ ref('stg_plans') }}

),

first_months as (

    select
        customer_id,
        cohort_month,
        mrr_amount
    from customer_months
    where activity_month = cohort_month

),

first_items as (

    select
        first_months.customer_id,
        first_months.cohort_month,
        first_months.mrr_amount,
        item_months.plan_id,
        item_months.billing_interval,
        item_months.interval_count,
        -- The main item: the core product before add-ons, the largest first.
        row_number() over (
            partition by first_months.customer_id
            order by
                case when item_months.product_type = 'core' then 0 else 1 end,
                item_months.mrr_amount desc,
                item_months.subscription_id asc,
                item_months.item_id asc
        ) as item_rank
    from first_months
    inner join item_months
        on
            first_months.customer_id = item_months.customer_id
            and first_months.cohort_month = item_months.activity_month

)

select
    first_items.customer_id,
    first_items.cohort_month,
    first_items.mrr_amount as cohort_mrr_amount,
    coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
    coalesce(plans.plan_name, first_items.plan_id) as plan_name,
    case
        when first_items.interval_count = 1 then first_items.billing_interval
        else cast(first_items.interval_count as {{ dbt.type_string() }}) || ' ' || first_items.billing_interval || 's'
    end as billing_interval,
    coalesce(customers.country, 'unknown') as country,
    customers.customer_size
from first_items
inner join customers on first_items.customer_id = customers.customer_id
left join plans on first_items.plan_id = plans.plan_id
where first_items.item_rank = 1
