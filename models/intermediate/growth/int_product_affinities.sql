-- Grain: one row per plan, size and add-on or service that customers of this peer group own.
with

peer_groups as (select * from {{ ref('int_peer_groups') }}),

owned_products as (select * from {{ ref('int_customer_add_ons') }}),

peer_totals as (

    select
        plan_id,
        customer_size,
        count(*) as peer_count
    from peer_groups
    group by plan_id, customer_size

),

totals as (

    select count(*) as customer_count
    from peer_groups

),

owners as (

    select
        peer_groups.plan_id,
        peer_groups.customer_size,
        owned_products.product_name,
        min(owned_products.plan_id) as offered_plan_id,
        count(*) as owner_count,
        sum(owned_products.mrr_amount) as mrr_amount,
        sum(owned_products.service_amount) as service_amount
    from peer_groups
    inner join owned_products on peer_groups.customer_id = owned_products.customer_id
    group by peer_groups.plan_id, peer_groups.customer_size, owned_products.product_name

),

shares as (

    select
        owners.plan_id,
        owners.customer_size,
        owners.product_name,
        owners.offered_plan_id,
        owners.mrr_amount,
        owners.service_amount,
        owners.owner_count,
        peer_totals.peer_count,
        sum(owners.owner_count) over (partition by owners.product_name) as all_owner_count,
        totals.customer_count
    from owners
    inner join peer_totals on owners.plan_id = peer_totals.plan_id and owners.customer_size = peer_totals.customer_size
    cross join totals

)

select
    plan_id,
    customer_size,
    product_name,
    offered_plan_id,
    peer_count,
    owner_count,
    {{ rate('owner_count', 'customer_count') }} as support_rate,
    {{ rate('owner_count', 'peer_count') }} as confidence_rate,
    {{ rate('cast(owner_count as ' ~ type_double() ~ ') * customer_count', 'peer_count * all_owner_count') }} as lift,
    cast(mrr_amount / cast(owner_count as {{ type_double() }}) as {{ type_amount() }}) as added_mrr_amount,
    cast(service_amount / cast(owner_count as {{ type_double() }}) as {{ type_amount() }}) as service_amount
from shares
