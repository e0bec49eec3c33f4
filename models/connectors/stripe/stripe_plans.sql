-- Grain: one row per price, the plan that a subscription's item names.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set products = landed_table('stripe', ['product', 'products'], 'products') %}
with

states as (select * from {{ ref('stripe_item_states') }}),

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

plans as (
    select
        price_id as plan_id,
        product_id
    from prices
),

mapped_plans as ({{ mapped_plans('stripe', 'plans') }})

select
    prices.price_id as plan_id,
    coalesce(prices.nickname, products.product_name, prices.price_id) as plan_name,
    coalesce(products.product_name, prices.product_id) as product_name,
    coalesce(mapped_plans.product_type, case when add_ons.price_id is not null then 'add_on' else 'core' end) as product_type,
    mapped_plans.tier_rank,
    prices.billing_interval,
    prices.interval_count,
    prices.unit_amount,
    prices.currency,
    mapped_plans.included_seats,
    prices.landed_at as loaded_at
from prices
left join products on prices.product_id = products.product_id and products.recency = 1
left join add_ons on prices.price_id = add_ons.price_id
left join mapped_plans on prices.price_id = mapped_plans.plan_id and mapped_plans.choice = 1
