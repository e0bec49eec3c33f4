-- Grain: one row per item and instant at which anything of it may change, from its start to its end.
{{ config(enabled='recurly' in var('connectors') | string) }}
with

items as (select * from {{ ref('recurly_items') }}),

terms as (select * from {{ ref('recurly_item_terms') }}),

spells as (select * from {{ ref('recurly_subscription_spells') }}),

renewals as (select * from {{ ref('recurly_renewals') }}),

discounts as (select * from {{ ref('recurly_item_discounts') }}),

-- What changes an item may change the others: their interval is the plan's, and a coupon is shared.
-- The contract holds the end of a row's discount: it is an instant of its own only where another goes on.
instants as (

    select subscription_id, changed_at
    from terms

    union distinct

    select subscription_id, changed_at
    from renewals

    union distinct

    select subscription_id, started_at as changed_at
    from spells

    union distinct

    select subscription_id, ended_at as changed_at
    from spells

    union distinct

    select subscription_id, removed_at as changed_at
    from items

    union distinct

    select subscription_id, ends_at as changed_at
    from items

    union distinct

    select subscription_id, started_at as changed_at
    from discounts

    union distinct

    select ended.subscription_id, ended.ended_at as changed_at
    from discounts as ended
    inner join discounts as others
        on
            ended.item_id = others.item_id and others.started_at < ended.ended_at
            and coalesce(others.ended_at > ended.ended_at, true)
    where not ended.is_once and not others.is_once

)

select
    items.item_id,
    items.subscription_id,
    instants.changed_at
from instants
inner join items on instants.subscription_id = items.subscription_id
where
    instants.changed_at >= items.started_at
    and instants.changed_at <= least(coalesce(items.removed_at, instants.changed_at), coalesce(items.ends_at, instants.changed_at))
