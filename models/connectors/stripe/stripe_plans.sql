-- Grain: one row per price, the plan that a subscription's item names.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set products = landed_table('stripe', ['product', 'products'], 'products') %}
with

states as (select * from {{ ref('stripe_item_states') }}),

plan_map as (select * from {{ ref('plan_map') }}),

prices as (select * from {{ ref('base_stripe_prices') }}),

products as (

    select
        {{ landed(products, 'id', 'id') }} as product_id,
        {{ landed(products, 'name') }} as product_name,
        row_number() over (
            partition by {{ landed(products, 'id', 'id') }} order by {{ landed_at(products) }} desc nulls last, {{ landed(products, 'name') }} asc
        ) as recency
    from {{ products.sql }}

),

-- No vendor says what is an add-on: what never is the dearest item of its subscription.
ranked_items as (
    select
        price_id,
        row_number() over (partition by subscription_id, changed_at order by unit_amount desc nulls last, price_id asc) as price_rank
    from states
    where status <> 'canceled'
),

add_ons as (
    select price_id
    from ranked_items
    group by price_id
    having min(price_rank) > 1
),

-- A price's own row counts before its product's, a row for Stripe before one for all.
ranked_map as (
    select
        prices.price_id,
        plan_map.product_type,
        plan_map.tier_rank,
        plan_map.included_seats,
        row_number() over (
            partition by prices.price_id
            order by case when plan_map.plan_id = prices.price_id then 0 else 1 end, case when plan_map.source = 'all' then 1 else 0 end
        ) as choice
    from prices
    inner join plan_map on plan_map.plan_id in (prices.price_id, prices.product_id) and plan_map.source in ('stripe', 'all')
)

select
    prices.price_id as plan_id,
    coalesce(prices.nickname, products.product_name, prices.price_id) as plan_name,
    coalesce(products.product_name, prices.product_id) as product_name,
    coalesce(ranked_map.product_type, case when add_ons.price_id is not null then 'add_on' else 'core' end) as product_type,
    ranked_map.tier_rank,
    prices.billing_interval,
    prices.interval_count,
    prices.unit_amount,
    prices.currency,
    ranked_map.included_seats,
    prices.landed_at as loaded_at
from prices
left join products on prices.product_id = products.product_id and products.recency = 1
left join add_ons on prices.price_id = add_ons.price_id
left join ranked_map on prices.price_id = ranked_map.price_id and ranked_map.choice = 1
