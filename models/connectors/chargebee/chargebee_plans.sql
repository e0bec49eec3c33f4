-- Grain: one row per item price, plan or add-on that is listed, that a subscription has, or that was billed.
{{ config(enabled='chargebee' in var('connectors') | string) }}
with

prices as (select * from {{ ref('base_chargebee_prices') }}),

versions as (select * from {{ ref('base_chargebee_subscriptions') }}),

items as (select * from {{ ref('base_chargebee_items') }}),

lines as (select * from {{ ref('base_chargebee_invoice_lines') }}),

-- What nothing lists: as the newest subscription or bill that has it says.
found_prices as (

    select
        items.price_id,
        items.item_type,
        items.is_recurring,
        items.list_amount as unit_amount,
        versions.currency,
        coalesce(items.billing_interval, versions.billing_interval) as billing_interval,
        coalesce(items.interval_count, versions.interval_count) as interval_count,
        versions.landed_at,
        versions.version_at as found_at,
        1 as place
    from items
    inner join versions on items.subscription_id = versions.subscription_id and items.version_number = versions.version_number

    union all

    select
        price_id,
        case
            when entity_type like 'plan%' then 'plan'
            when entity_type like 'addon%' then 'addon'
            else 'charge'
        end as item_type,
        entity_type in ('plan', 'addon', 'plan_item_price', 'addon_item_price') as is_recurring,
        null as unit_amount,
        currency,
        null as billing_interval,
        null as interval_count,
        landed_at,
        issued_at as found_at,
        2 as place
    from lines
    where price_id is not null and entity_type <> 'adhoc'

),

ordered_prices as (
    select
        *,
        row_number() over (
            partition by price_id order by place asc, found_at desc nulls last, is_recurring desc, unit_amount desc nulls last
        ) as recency
    from found_prices
),

known_prices as (
    select price_id
    from prices
    union distinct
    select price_id
    from found_prices
),

plans as (
    select
        known.price_id as plan_id,
        prices.product_id
    from known_prices as known
    left join prices on known.price_id = prices.price_id
),

mapped_plans as ({{ mapped_plans('chargebee', 'plans') }})

select
    known.price_id as plan_id,
    coalesce(prices.price_name, known.price_id) as plan_name,
    coalesce(prices.product_name, prices.price_name, known.price_id) as product_name,
    case
        when mapped_plans.product_type is not null then mapped_plans.product_type
        when coalesce(prices.item_type, found.item_type) = 'charge' or coalesce(prices.is_one_off, false) then 'service'
        when coalesce(prices.item_type, found.item_type) = 'addon' then 'add_on'
        else 'core'
    end as product_type,
    mapped_plans.tier_rank,
    mapped_plans.included_seats,
    case when prices.billing_interval is not null or found.is_recurring then coalesce(prices.billing_interval, found.billing_interval) end
        as billing_interval,
    case when prices.billing_interval is not null or found.is_recurring then coalesce(prices.interval_count, found.interval_count) end
        as interval_count,
    coalesce(prices.unit_amount, found.unit_amount) as unit_amount,
    coalesce(prices.currency, found.currency) as currency,
    coalesce(prices.landed_at, found.landed_at) as loaded_at
from known_prices as known
left join prices on known.price_id = prices.price_id
left join ordered_prices as found on known.price_id = found.price_id and found.recency = 1
left join mapped_plans on known.price_id = mapped_plans.plan_id and mapped_plans.choice = 1
