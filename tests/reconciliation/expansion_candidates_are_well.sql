-- Only customers of green, amber or unknown health without an urgent ticket, an overdue bill or a cancellation are
-- targeted, with the MRR of the customers mart, for products they do not own; and each of them for whom there is a move.
{{ config(group='growth') }}
with

candidates as (select * from {{ ref('expansion_candidates') }}),

customers as (select * from {{ ref('customers') }}),

segments as (select * from {{ ref('customer_segments') }}),

expansion_moves as (select * from {{ ref('int_expansion_moves') }}),

held_products as (select * from {{ ref('int_customer_add_ons') }})

select
    candidates.customer_id,
    candidates.product_name
from candidates
left join customers
    on candidates.customer_id = customers.customer_id and candidates.mrr_amount = customers.mrr_amount
left join segments on candidates.customer_id = segments.customer_id
left join held_products
    on candidates.customer_id = held_products.customer_id and candidates.product_name = held_products.product_name
where
    customers.customer_id is null
    or coalesce(customers.health_status not in ('green', 'amber'), false)
    or coalesce(segments.is_in_trouble, true)
    or (candidates.expansion_kind = 'cross_sell' and held_products.customer_id is not null)

union all

select
    expansion_moves.customer_id,
    expansion_moves.product_name
from expansion_moves
inner join customers
    on
        expansion_moves.customer_id = customers.customer_id
        and coalesce(customers.health_status in ('green', 'amber'), true)
inner join segments on expansion_moves.customer_id = segments.customer_id and not segments.is_in_trouble
left join candidates
    on
        expansion_moves.customer_id = candidates.customer_id
        and expansion_moves.expansion_kind = candidates.expansion_kind
        and expansion_moves.product_name = candidates.product_name
where candidates.customer_id is null
