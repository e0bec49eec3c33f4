-- Grain: one row per item of a subscription that was billed, with when it is gone if its subscription no longer has it.
{{ config(enabled='chargebee' in var('connectors') | string) }}
with

billed as (select * from {{ ref('chargebee_billed_terms') }}),

items as (
    select
        subscription_id,
        price_id,
        max(case when is_plan then 1 else 0 end) as is_plan,
        max(started_at) as last_billed_at,
        max(ended_at) as ended_at
    from billed
    group by subscription_id, price_id
),

-- A subscription has one plan: the next one ends the one before.
next_plans as (
    select
        plans.subscription_id,
        plans.price_id,
        min(others.started_at) as started_at
    from items as plans
    inner join billed as others
        on
            plans.subscription_id = others.subscription_id and plans.price_id <> others.price_id
            and others.is_plan and others.started_at > plans.last_billed_at
    where plans.is_plan = 1
    group by plans.subscription_id, plans.price_id
)

select
    items.subscription_id,
    items.price_id,
    least(items.ended_at, coalesce(next_plans.started_at, items.ended_at)) as removed_at
from items
left join next_plans on items.subscription_id = next_plans.subscription_id and items.price_id = next_plans.price_id
