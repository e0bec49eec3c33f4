-- Grain: one row per item that a subscription has now and that has a quantity (what is billed by use has none).
{{ config(enabled='stripe' in var('connectors') | string) }}
with

subscriptions as (select * from {{ ref('base_stripe_subscriptions') }}),

items as (select * from {{ ref('base_stripe_items') }}),

prices as (select * from {{ ref('base_stripe_prices') }})

select
    items.item_id,
    items.subscription_id,
    items.price_id,
    items.quantity,
    items.created_at,
    items.period_ends_at,
    items.tax_rates,
    items.landed_at,
    case when items.created_at > subscriptions.created_at + interval '1' minute then items.created_at else subscriptions.started_at end
        as item_started_at,
    count(*) over (partition by items.subscription_id) as item_count
from items
inner join subscriptions on items.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
left join prices on items.price_id = prices.price_id
where coalesce(prices.usage_type, '') <> 'metered'
