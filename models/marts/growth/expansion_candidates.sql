-- Grain: one row per customer, kind of expansion and product to offer it (filter: neither red, nor onboarding, nor in trouble).
with

expansion_moves as (select * from {{ ref('int_expansion_moves') }}),

customer_segments as (select * from {{ ref('customer_segments') }}),

definitions as (select * from {{ ref('expansion_moves') }}),

priced_moves as (

    select
        expansion_moves.customer_id,
        customer_segments.as_of_date,
        customer_segments.health_status,
        customer_segments.segment_name,
        customer_segments.mrr_amount,
        expansion_moves.expansion_kind,
        expansion_moves.product_name,
        expansion_moves.offered_plan_id,
        expansion_moves.use_rate,
        expansion_moves.support_rate,
        expansion_moves.confidence_rate,
        expansion_moves.lift,
        expansion_moves.success_rate,
        expansion_moves.added_mrr_amount,
        cast(expansion_moves.added_mrr_amount * expansion_moves.success_rate as {{ type_amount() }})
            as expected_mrr_amount,
        expansion_moves.service_amount,
        definitions.advice
    from expansion_moves
    inner join customer_segments on expansion_moves.customer_id = customer_segments.customer_id
    inner join definitions on expansion_moves.expansion_kind = definitions.expansion_kind
    -- Green, amber or unknown, and none with an urgent ticket, an overdue bill or a cancellation.
    where
        coalesce(customer_segments.health_status in ('green', 'amber'), true) and not customer_segments.is_in_trouble

)

select
    customer_id,
    as_of_date,
    expansion_kind,
    product_name,
    offered_plan_id,
    health_status,
    segment_name,
    mrr_amount,
    use_rate,
    support_rate,
    confidence_rate,
    lift,
    success_rate,
    added_mrr_amount,
    expected_mrr_amount,
    service_amount,
    cast(row_number() over (
        order by
            expected_mrr_amount desc nulls last,
            service_amount desc,
            customer_id asc,
            expansion_kind asc,
            product_name asc
    ) as {{ dbt.type_bigint() }}) as priority_rank,
    advice
from priced_moves
