-- Grain: one row per price, the plan that a subscription's item names.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set products = landed_table('paddle', ['products', 'product'], 'products') %}
with

prices as (select * from {{ ref('base_paddle_prices') }}),

states as (select * from {{ ref('paddle_item_states') }}),

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }} where recency = 1),

products as (

    select
        {{ landed(products, 'id', 'id') }} as product_id,
        {{ landed(products, 'name') }} as product_name,
        row_number() over (
            partition by {{ landed(products, 'id', 'id') }}
            order by {{ landed(products, 'updated_at', 'instant') }} desc nulls last, {{ landed_at(products) }} desc nulls last
        ) as recency
    from {{ products.sql }}

),

-- No field says what is an add-on: what never is the largest item of its subscription.
ranked_items as (
    select
        subscription_id,
        price_id,
        changed_at,
        row_number() over (
            partition by subscription_id, changed_at order by coalesce(quantity, 1) * unit_amount desc nulls last, price_id asc
        ) as size_rank
    from states
    where quantity > 0
),

sold_prices as (
    select
        ranked_items.price_id,
        min(ranked_items.size_rank) as best_rank,
        max(subscriptions.billing_interval) as billing_interval,
        max(subscriptions.interval_count) as interval_count
    from ranked_items
    inner join subscriptions on ranked_items.subscription_id = subscriptions.subscription_id
    group by ranked_items.price_id
),

plans as (
    select
        price_id as plan_id,
        product_id
    from prices
),

mapped_plans as ({{ mapped_plans('paddle', 'plans') }})

select
    prices.price_id as plan_id,
    coalesce(prices.price_name, products.product_name, prices.product_name, prices.price_id) as plan_name,
    coalesce(products.product_name, prices.product_name, prices.product_id) as product_name,
    coalesce(
        mapped_plans.product_type, case when prices.is_one_off then 'service' when sold_prices.best_rank > 1 then 'add_on' else 'core' end
    ) as product_type,
    mapped_plans.tier_rank,
    mapped_plans.included_seats,
    case when not prices.is_one_off then coalesce(prices.billing_interval, sold_prices.billing_interval) end as billing_interval,
    case when not prices.is_one_off then coalesce(prices.interval_count, sold_prices.interval_count) end as interval_count,
    prices.unit_amount,
    prices.currency,
    prices.landed_at as loaded_at
from prices
left join products on prices.product_id = products.product_id and products.recency = 1
left join sold_prices on prices.price_id = sold_prices.price_id
left join mapped_plans on prices.price_id = mapped_plans.plan_id and mapped_plans.choice = 1
