-- Grain: one row per item and instant at which anything of it may change, with its price, quantity, status and request from then on.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

item_instants as (select * from {{ ref('stripe_item_instants') }}),

item_prices as (select * from {{ ref('stripe_item_prices') }}),

states as (select * from {{ ref('stripe_subscription_states') }}),

requests as (select * from {{ ref('stripe_cancellation_requests') }}),

-- Of each attribute the newest of those that came by an instant.
ranked_prices as (
    select
        instants.item_id,
        instants.changed_at,
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

ranked_states as (
    select
        instants.item_id,
        instants.changed_at,
        states.status,
        row_number() over (
            partition by instants.item_id, instants.changed_at order by states.changed_at desc, states.precedence desc
        ) as recency
    from item_instants as instants
    inner join states on instants.subscription_id = states.subscription_id and states.changed_at <= instants.changed_at
),

ranked_requests as (
    select
        instants.item_id,
        instants.changed_at,
        requests.cancel_requested_at,
        requests.cancel_reason,
        row_number() over (
            partition by instants.item_id, instants.changed_at
            order by requests.changed_at desc, requests.cancel_requested_at desc nulls last
        ) as recency
    from item_instants as instants
    inner join requests on instants.subscription_id = requests.subscription_id and requests.changed_at <= instants.changed_at
)

select
    instants.item_id,
    instants.subscription_id,
    instants.changed_at,
    prices.price_id,
    case when instants.changed_at = instants.removed_at then 'canceled' else states.status end as status,
    prices.quantity,
    prices.unit_amount,
    prices.currency,
    prices.billing_interval,
    prices.interval_count,
    prices.decimal_places,
    requests.cancel_requested_at,
    requests.cancel_reason
from item_instants as instants
inner join ranked_prices as prices
    on instants.item_id = prices.item_id and instants.changed_at = prices.changed_at and prices.recency = 1
left join ranked_states as states
    on instants.item_id = states.item_id and instants.changed_at = states.changed_at and states.recency = 1
left join ranked_requests as requests
    on instants.item_id = requests.item_id and instants.changed_at = requests.changed_at and requests.recency = 1
