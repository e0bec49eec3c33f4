-- Grain: one row per plan, size and add-on or service that a customer of this kind holds.
with

like_customers as (select * from {{ ref('int_peer_groups') }}),

held_products as (select * from {{ ref('int_customer_add_ons') }}),

kinds as (

    select
        plan_id,
        customer_size,
        count(*) as like_count
    from like_customers
    group by plan_id, customer_size

),

totals as (

    select count(*) as customer_count
    from like_customers

),

holders as (

    select
        like_customers.plan_id,
        like_customers.customer_size,
        held_products.product_name,
        min(held_products.plan_id) as offered_plan_id,
        count(*) as holder_count,
        sum(held_products.mrr_amount) as mrr_amount,
        sum(held_products.service_amount) as service_amount
    from like_customers
    inner join held_products on like_customers.customer_id = held_products.customer_id
    group by like_customers.plan_id, like_customers.customer_size, held_products.product_name

),

shares as (

    select
        holders.plan_id,
        holders.customer_size,
        holders.product_name,
        holders.offered_plan_id,
        holders.mrr_amount,
        holders.service_amount,
        holders.holder_count,
        kinds.like_count,
        sum(holders.holder_count) over (partition by holders.product_name) as all_holder_count,
        totals.customer_count
    from holders
    inner join kinds on holders.plan_id = kinds.plan_id and holders.customer_size = kinds.customer_size
    cross join totals

)

select
    plan_id,
    customer_size,
    product_name,
    offered_plan_id,
    like_count,
    holder_count,
    {{ rate('holder_count', 'customer_count') }} as support_rate,
    {{ rate('holder_count', 'like_count') }} as confidence_rate,
    {{ rate('cast(holder_count as ' ~ type_double() ~ ') * customer_count', 'like_count * all_holder_count') }} as lift,
    cast(mrr_amount / cast(holder_count as {{ type_double() }}) as {{ type_amount() }}) as added_mrr_amount,
    cast(service_amount / cast(holder_count as {{ type_double() }}) as {{ type_amount() }}) as service_amount
from shares
