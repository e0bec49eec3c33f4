-- Grain: one row per item and instant at which anything of it may change, with its price, quantity, status and request from then on.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

item_prices as (select * from {{ ref('stripe_item_prices') }}),

states as (select * from {{ ref('stripe_subscription_states') }}),

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

-- The contract holds the end of a row's discount: it is an instant of its own only where another goes on.
instants as (

    select item_id, changed_at
    from item_prices

    union distinct

    select items.item_id, states.changed_at
    from items
    inner join states on items.subscription_id = states.subscription_id

    union distinct

    select item_id, removed_at as changed_at
    from items

    union distinct

    select item_id, started_at as changed_at
    from discounts

    union distinct

    select ended.item_id, ended.ended_at as changed_at
    from discounts as ended
    inner join discounts as others
        on
            ended.item_id = others.item_id and others.started_at < ended.ended_at
            and coalesce(others.ended_at > ended.ended_at, true)
    where not ended.is_once and not others.is_once

),

item_instants as (
    select
        items.item_id,
        items.subscription_id,
        instants.changed_at,
        items.removed_at
    from instants
    inner join items on instants.item_id = items.item_id
    where instants.changed_at >= items.started_at and instants.changed_at <= coalesce(items.removed_at, instants.changed_at)
),

with_prices as (
    select
        instants.*,
        prices.price_id,
        prices.quantity,
        prices.unit_amount,
        prices.currency,
        prices.billing_interval,
        prices.interval_count,
        prices.decimal_places,
        row_number() over (partition by instants.item_id, instants.changed_at order by prices.changed_at desc) as recency
    from item_instants as instants
    inner join item_prices as prices on instants.item_id = prices.item_id and prices.changed_at <= instants.changed_at
),

with_status as (
    select
        priced.*,
        states.status,
        row_number() over (
            partition by priced.item_id, priced.changed_at order by states.changed_at desc, states.precedence desc
        ) as status_recency
    from with_prices as priced
    left join states on priced.subscription_id = states.subscription_id and states.is_status and states.changed_at <= priced.changed_at
    where priced.recency = 1
),

with_request as (
    select
        priced.*,
        states.cancel_requested_at,
        states.cancel_reason,
        row_number() over (
            partition by priced.item_id, priced.changed_at order by states.changed_at desc, states.cancel_requested_at desc nulls last
        ) as request_recency
    from with_status as priced
    left join states
        on priced.subscription_id = states.subscription_id and not states.is_status and states.changed_at <= priced.changed_at
    where priced.status_recency = 1
)

select
    item_id,
    subscription_id,
    changed_at,
    price_id,
    case when changed_at = removed_at then 'canceled' else status end as status,
    quantity,
    unit_amount,
    currency,
    billing_interval,
    interval_count,
    decimal_places,
    cancel_requested_at,
    cancel_reason
from with_request
where request_recency = 1
