-- Grain: one row per item and instant at which anything of it may change, with its price, quantity, status and request from then on.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

item_instants as (select * from {{ ref('stripe_item_instants') }}),

item_prices as (select * from {{ ref('stripe_item_prices') }}),

states as (select * from {{ ref('stripe_subscription_states') }}),

requests as (select * from {{ ref('stripe_cancellation_requests') }}),

with_prices as (
    select
        instants.item_id,
        instants.subscription_id,
        instants.changed_at,
        instants.removed_at,
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
        priced.item_id,
        priced.subscription_id,
        priced.changed_at,
        priced.removed_at,
        priced.price_id,
        priced.quantity,
        priced.unit_amount,
        priced.currency,
        priced.billing_interval,
        priced.interval_count,
        priced.decimal_places,
        priced.recency,
        states.status,
        row_number() over (
            partition by priced.item_id, priced.changed_at order by states.changed_at desc, states.precedence desc
        ) as status_recency
    from with_prices as priced
    left join states on priced.subscription_id = states.subscription_id and states.changed_at <= priced.changed_at
    where priced.recency = 1
),

with_request as (
    select
        priced.item_id,
        priced.subscription_id,
        priced.changed_at,
        priced.removed_at,
        priced.price_id,
        priced.quantity,
        priced.unit_amount,
        priced.currency,
        priced.billing_interval,
        priced.interval_count,
        priced.decimal_places,
        priced.recency,
        priced.status,
        priced.status_recency,
        requests.cancel_requested_at,
        requests.cancel_reason,
        row_number() over (
            partition by priced.item_id, priced.changed_at order by requests.changed_at desc, requests.cancel_requested_at desc nulls last
        ) as request_recency
    from with_status as priced
    left join requests on priced.subscription_id = requests.subscription_id and requests.changed_at <= priced.changed_at
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
