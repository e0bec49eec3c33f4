-- Grain: one row per version of a subscription and item that any version or bill of it has, and since when the version's word holds.
{{ config(enabled='chargebee' in var('connectors') | string) }}
with

items as (select * from {{ ref('base_chargebee_items') }} where is_recurring),

versions as (select * from {{ ref('base_chargebee_subscriptions') }}),

prices as (select * from {{ ref('base_chargebee_prices') }}),

billed_items as (select * from {{ ref('chargebee_billed_items') }}),

version_starts as (
    select
        subscription_id,
        version_number,
        min(changed_at) as started_at
    from {{ ref('chargebee_subscription_states') }}
    group by subscription_id, version_number
),

first_bills as (
    select
        subscription_id,
        min(started_at) as billed_at
    from {{ ref('chargebee_billed_terms') }}
    group by subscription_id
),

item_keys as (
    select subscription_id, price_id
    from items
    union distinct
    select subscription_id, price_id
    from billed_items
)

-- The first version speaks of all time before it, where no bill does.
select
    item_keys.subscription_id,
    item_keys.price_id,
    case
        when starts.version_number > 1 or coalesce(first_bills.billed_at >= versions.version_at, true) then starts.started_at
        when items.price_id is null then least(billed_items.removed_at, versions.version_at)
        when items.unit_amount = 0 then starts.started_at
        else greatest(versions.version_at, starts.started_at)
    end as started_at,
    starts.version_number,
    items.price_id is not null as is_there,
    items.quantity,
    items.unit_amount,
    coalesce(items.billing_interval, versions.billing_interval, prices.billing_interval) as billing_interval,
    case
        when items.billing_interval is not null then items.interval_count
        when versions.billing_interval is not null then coalesce(versions.interval_count, 1)
        else prices.interval_count
    end as interval_count
from item_keys
inner join version_starts as starts on item_keys.subscription_id = starts.subscription_id
inner join versions on starts.subscription_id = versions.subscription_id and starts.version_number = versions.version_number
left join items
    on
        item_keys.subscription_id = items.subscription_id and item_keys.price_id = items.price_id
        and starts.version_number = items.version_number
left join first_bills on item_keys.subscription_id = first_bills.subscription_id
left join billed_items on item_keys.subscription_id = billed_items.subscription_id and item_keys.price_id = billed_items.price_id
left join prices on item_keys.price_id = prices.price_id
