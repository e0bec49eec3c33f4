-- Grain: one row per customer (filter: with MRR on the as-of day, no use of it recorded; enough of its peers upgrade).
-- Peers have the same main plan and are both in their first year, or both beyond it.
with

moves as (select * from {{ ref('expansion_moves') }}),

movements as (select * from {{ ref('int_customer_movements') }}),

causes as (select * from {{ ref('int_movement_causes') }}),

main_items as (select * from {{ ref('int_customer_main_items') }}),

months as (select * from {{ ref('int_months') }}),

allowances as (select * from {{ ref('int_plan_allowances') }}),

as_of as (

    select
        activity_month,
        is_partial_month
    from months
    where is_as_of_month

),

-- Add-ons are left to cross-selling.
upgrades as (

    select
        customer_id,
        activity_month,
        sum(movement_amount) as upgrade_amount
    from causes
    where movement_cause in ('seats', 'plan')
    group by customer_id, activity_month

),

cases as (

    select
        main_items.plan_id,
        {{ months_between('movements.cohort_month', 'movements.activity_month') }} <= 12 as is_first_year,
        movements.opening_mrr_amount,
        -- What more than doubles is one customer's story, and tells nothing of its plan.
        least(coalesce(upgrades.upgrade_amount, 0), movements.opening_mrr_amount) as upgrade_amount
    from movements
    inner join as_of on {{ complete_months_back('movements.activity_month', 'as_of') }} between 1 and 12
    inner join main_items
        on
            movements.customer_id = main_items.customer_id
            and {{ add_months('movements.activity_month', -1) }} = main_items.activity_month
    left join upgrades
        on movements.customer_id = upgrades.customer_id and movements.activity_month = upgrades.activity_month
    where movements.opening_mrr_amount > 0

),

rates as (

    select
        plan_id,
        is_first_year,
        sum(case when upgrade_amount > 0 then 1 else 0 end) as upgrade_count,
        -- Of twelve months alike.
        1 - power(
            1 - sum(case when upgrade_amount > 0 then 1 else 0 end) / cast(count(*) as {{ type_double() }}), 12
        ) as upgrade_rate,
        sum(case when upgrade_amount > 0 then upgrade_amount end)
        / cast(sum(case when upgrade_amount > 0 then opening_mrr_amount end) as {{ type_double() }}) as rise_rate
    from cases
    group by plan_id, is_first_year

)

select
    movements.customer_id,
    moves.expansion_kind,
    rates.upgrade_count,
    cast(rates.upgrade_rate as {{ type_rate() }}) as success_rate,
    cast(movements.mrr_amount * rates.rise_rate as {{ type_amount() }}) as added_mrr_amount
from movements
inner join as_of on movements.activity_month = as_of.activity_month
inner join main_items
    on movements.customer_id = main_items.customer_id and movements.activity_month = main_items.activity_month
inner join allowances
    on
        movements.customer_id = allowances.customer_id
        and allowances.used_seat_count = 0
        and allowances.usage_quantity = 0
inner join rates
    on
        main_items.plan_id = rates.plan_id
        and rates.is_first_year = ({{ months_between('movements.cohort_month', 'movements.activity_month') }} < 12)
inner join moves
    on
        moves.expansion_kind = 'usual_upgrade'
        and rates.upgrade_rate >= moves.min_rate
        and rates.upgrade_count >= coalesce(moves.min_case_count, 1)
where movements.mrr_amount > 0
