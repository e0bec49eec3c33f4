-- Grain: one row per recurring price of a subscription and bill or version that says its quantity, in their order; 0: it is gone.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

items as (select * from {{ ref('paddle_items') }}),

billed as (select * from {{ ref('paddle_billed_items') }}),

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

version_items as (select * from {{ ref('base_paddle_items') }}),

listed_versions as (
    select distinct subscription_id, version_number
    from version_items
),

evidence as (

    select
        subscription_id,
        price_id,
        known_at,
        case when charged_quantity > 0 then charged_quantity end as charged_quantity,
        credited_quantity,
        case when not is_proration then unit_amount end as unit_amount,
        case when is_proration then unit_amount end as part_amount,
        case when is_proration then 2 else 1 end as precedence
    from billed

    union all

    select
        items.subscription_id,
        items.price_id,
        subscriptions.version_at as known_at,
        case
            when version_items.price_id is null or version_items.is_inactive then 0
            else version_items.quantity
        end as charged_quantity,
        0 as credited_quantity,
        null as unit_amount,
        null as part_amount,
        3 as precedence
    from items
    inner join listed_versions on items.subscription_id = listed_versions.subscription_id
    inner join subscriptions
        on
            listed_versions.subscription_id = subscriptions.subscription_id
            and listed_versions.version_number = subscriptions.version_number
    left join version_items
        on
            items.subscription_id = version_items.subscription_id and items.price_id = version_items.price_id
            and listed_versions.version_number = version_items.version_number
    where version_items.price_id is not null or subscriptions.version_at > items.started_at

    union all

    select
        subscription_id,
        price_id,
        removed_at as known_at,
        0 as charged_quantity,
        0 as credited_quantity,
        null as unit_amount,
        null as part_amount,
        4 as precedence
    from items
    where removed_at is not null

)

select
    evidence.subscription_id,
    evidence.price_id,
    greatest(coalesce(evidence.known_at, items.started_at), items.started_at) as known_at,
    items.started_at,
    evidence.charged_quantity,
    evidence.credited_quantity,
    evidence.unit_amount,
    evidence.precedence,
    max(evidence.part_amount) over (partition by evidence.subscription_id, evidence.price_id) as part_amount,
    row_number() over (
        partition by evidence.subscription_id, evidence.price_id
        order by coalesce(evidence.known_at, items.started_at) asc, evidence.precedence asc, evidence.charged_quantity asc
    ) as evidence_number
from evidence
inner join items on evidence.subscription_id = items.subscription_id and evidence.price_id = items.price_id
