-- Grain: one row per item and instant at which anything of it may change, from its start to its removal.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

item_prices as (select * from {{ ref('stripe_item_prices') }}),

states as (select * from {{ ref('stripe_subscription_states') }}),

requests as (select * from {{ ref('stripe_cancellation_requests') }}),

removed_items as (select * from {{ ref('stripe_removed_items') }}),

discounts as (select * from {{ ref('stripe_item_discounts') }}),

items as (
    select
        prices.item_id,
        prices.subscription_id,
        min(prices.changed_at) as started_at,
        min(removed_items.removed_at) as removed_at
    from item_prices as prices
    left join removed_items on prices.item_id = removed_items.item_id
    group by prices.item_id, prices.subscription_id
),

-- Nothing is asked of a subscription that has ended.
ends as (
    select
        subscription_id,
        max(changed_at) as ended_at
    from states
    where status = 'canceled'
    group by subscription_id
),

-- A change of one item may change what is taken off the others. The contract holds the end of a row's discount: it is an instant of
-- its own only where another goes on.
instants as (

    select subscription_id, changed_at
    from item_prices

    union distinct

    select subscription_id, changed_at
    from states

    union distinct

    select subscription_id, changed_at
    from requests

    union distinct

    select subscription_id, removed_at as changed_at
    from items

    union distinct

    select subscription_id, started_at as changed_at
    from discounts

    union distinct

    select ended.subscription_id, ended.ended_at as changed_at
    from discounts as ended
    inner join discounts as others
        on
            ended.item_id = others.item_id and others.started_at < ended.ended_at
            and coalesce(others.ended_at > ended.ended_at, true)
    where not ended.is_once and not others.is_once

)

select
    items.item_id,
    items.subscription_id,
    instants.changed_at,
    items.removed_at
from instants
inner join items on instants.subscription_id = items.subscription_id
left join ends on items.subscription_id = ends.subscription_id
where
    instants.changed_at >= items.started_at
    and instants.changed_at <= least(coalesce(items.removed_at, instants.changed_at), coalesce(ends.ended_at, instants.changed_at))
