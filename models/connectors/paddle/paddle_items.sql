-- Grain: one row per recurring price that a subscription has or had, with when it came and went.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

version_items as (select * from {{ ref('base_paddle_items') }}),

billed as (select * from {{ ref('paddle_billed_items') }}),

sightings as (select * from {{ ref('paddle_item_sightings') }}),

listed_versions as (
    select
        subscription_id,
        version_at
    from subscriptions
    where
        exists (
            select 1 from version_items
            where
                version_items.subscription_id = subscriptions.subscription_id
                and version_items.version_number = subscriptions.version_number
        )
),

items as (
    select
        subscription_id,
        price_id,
        min(came_at) as came_at,
        max(seen_at) as last_seen_at,
        max(case when is_there then 1 else 0 end) as is_there
    from sightings
    group by subscription_id, price_id
    -- What never was active is no service.
    having max(seen_at) is not null
),

-- What is gone went with the credit for it, else with the next bill or version without it, or with what came in its place.
departures as (

    select subscription_id, price_id, known_at as gone_at, 1 as precedence
    from billed
    where charged_quantity = 0 and credited_quantity > 0

    union all

    select subscription_id, null as price_id, known_at as gone_at, 2 as precedence
    from billed
    where not is_proration

    union all

    select subscription_id, null as price_id, came_at as gone_at, 2 as precedence
    from items
    where subscription_id in (select listed_versions.subscription_id from listed_versions)

    union all

    select subscription_id, null as price_id, version_at as gone_at, 2 as precedence
    from listed_versions

),

ranked_departures as (
    select
        items.subscription_id,
        items.price_id,
        departures.gone_at,
        row_number() over (
            partition by items.subscription_id, items.price_id order by departures.precedence asc, departures.gone_at asc
        ) as choice
    from items
    inner join departures
        on
            items.subscription_id = departures.subscription_id and departures.gone_at >= items.last_seen_at
            and coalesce(items.price_id = departures.price_id, departures.gone_at > items.last_seen_at)
    where items.is_there = 0
)

select
    items.subscription_id,
    items.price_id,
    greatest(items.came_at, subscriptions.started_at) as started_at,
    ranked_departures.gone_at as removed_at
from items
inner join subscriptions on items.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
left join ranked_departures
    on
        items.subscription_id = ranked_departures.subscription_id and items.price_id = ranked_departures.price_id
        and ranked_departures.choice = 1
