-- Only green and amber customers are targeted, with the MRR of the customers mart, for products they do not own.
{{ config(group='growth') }}
with

candidates as (select * from {{ ref('expansion_candidates') }}),

customers as (select * from {{ ref('customers') }}),

held_products as (select * from {{ ref('int_customer_add_ons') }})

select
    candidates.customer_id,
    candidates.product_name
from candidates
left join customers
    on candidates.customer_id = customers.customer_id and candidates.mrr_amount = customers.mrr_amount
left join held_products
    on candidates.customer_id = held_products.customer_id and candidates.product_name = held_products.product_name
where
    coalesce(customers.health_status not in ('green', 'amber'), true)
    or (candidates.expansion_kind = 'cross_sell' and held_products.customer_id is not null)
