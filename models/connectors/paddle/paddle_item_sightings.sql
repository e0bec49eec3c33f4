-- Grain: one row per recurring price of a subscription and version or bill that has it: when it was seen, and may have come.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

version_items as (select * from {{ ref('base_paddle_items') }}),

billed as (select * from {{ ref('paddle_billed_items') }}),

listed_versions as (
    select
        *,
        max(version_number) over (partition by subscription_id) as newest_number
    from subscriptions
    where
        exists (
            select 1 from version_items
            where
                version_items.subscription_id = subscriptions.subscription_id
                and version_items.version_number = subscriptions.version_number
        )
),

first_bills as (
    select
        subscription_id,
        min(known_at) as known_at
    from billed
    group by subscription_id
)

select
    items.subscription_id,
    items.price_id,
    case when items.is_inactive then null else versions.version_at end as seen_at,
    case
        when items.created_at > subscriptions.started_at + interval '1' day then items.created_at
        when items.created_at is not null then subscriptions.started_at
        when versions.version_number > 1 or first_bills.known_at is not null then versions.version_at
        else subscriptions.started_at
    end as came_at,
    versions.version_number = versions.newest_number and not items.is_inactive as is_there
from version_items as items
inner join listed_versions as versions
    on items.subscription_id = versions.subscription_id and items.version_number = versions.version_number
inner join subscriptions on items.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
left join first_bills on items.subscription_id = first_bills.subscription_id

union all

-- What stands on the first bill was there from the start, unless that bill is for a part of a period.
select
    billed.subscription_id,
    billed.price_id,
    case when billed.charged_quantity > 0 then billed.known_at end as seen_at,
    case
        when
            billed.known_at = first_bills.known_at and (not billed.is_proration or billed.credited_quantity > 0)
            then subscriptions.started_at
        else billed.known_at
    end as came_at,
    false as is_there
from billed
inner join first_bills on billed.subscription_id = first_bills.subscription_id
inner join subscriptions on billed.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
