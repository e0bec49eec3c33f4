-- Grain: one row per item and instant at which anything of it may change, from its start to its end.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

items as (select * from {{ ref('paddle_items') }}),

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }} where recency = 1),

terms as (select * from {{ ref('paddle_item_terms') }}),

trials as (select * from {{ ref('paddle_trials') }}),

spells as (select * from {{ ref('paddle_subscription_spells') }}),

renewals as (select * from {{ ref('paddle_renewals') }}),

discounts as (select * from {{ ref('paddle_item_discounts') }}),

-- What changes an item may change the others: a discount off the bill is shared. The contract holds the end of a row's discount: it is
-- an instant of its own only where another goes on.
instants as (

    {%- for relation, column in [
        ('terms', 'changed_at'), ('renewals', 'changed_at'), ('trials', 'started_at'), ('trials', 'ended_at'), ('spells', 'started_at'),
        ('spells', 'ended_at'), ('subscriptions', 'ends_at'), ('discounts', 'started_at')
    ] %}

    select subscription_id, {{ column }} as changed_at
    from {{ relation }}

    union distinct
    {%- endfor %}

    select ended.subscription_id, ended.ended_at as changed_at
    from discounts as ended
    inner join discounts as others
        on
            ended.subscription_id = others.subscription_id and ended.price_id = others.price_id
            and others.started_at < ended.ended_at and coalesce(others.ended_at > ended.ended_at, true)
    where not ended.is_once and not others.is_once

)

select
    items.subscription_id,
    items.price_id,
    instants.changed_at
from instants
inner join items on instants.subscription_id = items.subscription_id
inner join subscriptions on items.subscription_id = subscriptions.subscription_id
where
    instants.changed_at >= items.started_at
    and (instants.changed_at <= subscriptions.ends_at or subscriptions.ends_at is null)
