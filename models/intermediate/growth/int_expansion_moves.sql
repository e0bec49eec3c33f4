-- Grain: one row per customer, kind of expansion and product to offer it (filter: pays on the as-of day).
with

moves as (select * from {{ ref('expansion_moves') }}),

allowances as (select * from {{ ref('int_plan_allowances') }}),

next_tiers as (select * from {{ ref('int_next_tiers') }}),

peer_groups as (select * from {{ ref('int_peer_groups') }}),

affinities as (select * from {{ ref('int_product_affinities') }}),

owned_products as (select * from {{ ref('int_customer_add_ons') }}),

usual_upgrades as (select * from {{ ref('int_usual_upgrades') }})

-- Seats are full: as many more as bring their use below the threshold again, at today's price of a unit.
select
    allowances.customer_id,
    moves.expansion_kind,
    'seats' as product_name,
    peer_groups.plan_id as offered_plan_id,
    allowances.seat_use_rate as use_rate,
    cast(null as {{ type_rate() }}) as support_rate,
    cast(null as {{ type_rate() }}) as confidence_rate,
    cast(null as {{ type_rate() }}) as lift,
    moves.success_rate,
    cast(
        allowances.core_mrr_amount / cast(allowances.unit_count as {{ type_double() }})
        * greatest(
            ceiling(allowances.used_seat_count / cast(nullif(moves.min_rate, 0) as {{ type_double() }}))
            - allowances.seat_count, 1
        ) as {{ type_amount() }}
    ) as added_mrr_amount,
    cast(0 as {{ type_amount() }}) as service_amount
from allowances
inner join peer_groups on allowances.customer_id = peer_groups.customer_id
inner join moves on moves.expansion_kind = 'more_seats' and allowances.seat_use_rate >= moves.min_rate
where allowances.seat_count = allowances.unit_count

union all

-- A plan limit is used up: the usage allowance, or the seats that the plan includes.
select
    allowances.customer_id,
    moves.expansion_kind,
    'tier' as product_name,
    next_tiers.next_plan_id as offered_plan_id,
    case
        when coalesce(allowances.usage_rate >= moves.min_rate, false) then allowances.usage_rate
        else allowances.seat_use_rate
    end as use_rate,
    cast(null as {{ type_rate() }}) as support_rate,
    cast(null as {{ type_rate() }}) as confidence_rate,
    cast(null as {{ type_rate() }}) as lift,
    moves.success_rate,
    next_tiers.added_mrr_amount,
    cast(0 as {{ type_amount() }}) as service_amount
from allowances
inner join moves
    on
        moves.expansion_kind = 'next_tier'
        and (
            allowances.usage_rate >= moves.min_rate
            or (allowances.seat_use_rate >= moves.min_rate and allowances.seat_count > allowances.unit_count)
        )
left join next_tiers on allowances.customer_id = next_tiers.customer_id

union all

-- Its peers own a product that it does not own, no less often than customers at large.
select
    peer_groups.customer_id,
    moves.expansion_kind,
    affinities.product_name,
    affinities.offered_plan_id,
    cast(null as {{ type_rate() }}) as use_rate,
    affinities.support_rate,
    affinities.confidence_rate,
    affinities.lift,
    affinities.confidence_rate as success_rate,
    affinities.added_mrr_amount,
    affinities.service_amount
from peer_groups
inner join affinities
    on peer_groups.plan_id = affinities.plan_id and peer_groups.customer_size = affinities.customer_size
inner join moves
    on
        moves.expansion_kind = 'cross_sell'
        and affinities.confidence_rate >= moves.min_rate
        and affinities.peer_count >= coalesce(moves.min_case_count, 0)
left join owned_products
    on
        peer_groups.customer_id = owned_products.customer_id
        and affinities.product_name = owned_products.product_name
where affinities.lift >= 1 and owned_products.customer_id is null

union all

-- Nobody knows what it uses: what customers of its plan and age usually add.
select
    customer_id,
    expansion_kind,
    'upgrade' as product_name,
    cast(null as {{ dbt.type_string() }}) as offered_plan_id,
    cast(null as {{ type_rate() }}) as use_rate,
    cast(null as {{ type_rate() }}) as support_rate,
    cast(null as {{ type_rate() }}) as confidence_rate,
    cast(null as {{ type_rate() }}) as lift,
    success_rate,
    added_mrr_amount,
    cast(0 as {{ type_amount() }}) as service_amount
from usual_upgrades
