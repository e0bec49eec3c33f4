-- Grain: one row per version of an add-on of a subscription. What is billed by usage is left out.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set subscriptions = landed_table('recurly', ['subscription_history', 'subscriptions', 'subscription'], 'subscriptions') %}
{%- set table = landed_table('recurly', ['subscription_add_on_history', 'subscription_add_ons', 'subscription_add_on'], 'add_ons') %}
{%- set list = landed_list(subscriptions, 'add_ons', 'add_ons', ['subscriptions__add_ons']) %}
{%- set rows = first_landed('recurly', [table, list]) %}
{%- set is_nested = not table.name and (list.columns is none or '_dlt_parent_id' in list.columns) %}
{%- set catalog = landed_table('recurly', ['add_on_history', 'add_ons', 'add_on'], 'catalog') %}
with

subscriptions as (select * from {{ ref('base_recurly_subscriptions') }}),

catalog as (
    select
        {{ landed(catalog, 'id', 'id') }} as plan_add_on_id,
        lower(max({{ landed(catalog, 'add_on_type') }})) as add_on_type
    from {{ catalog.sql }}
    group by 1
),

landed_add_ons as (

    select
        {{ landed(rows, 'id', 'id') }} as item_id,
        {{ landed(subscriptions, 'id', 'id') if is_nested else landed(rows, ['subscription.id', '_sdc_source_key_id'], 'id') }} as subscription_id,
        {{ landed(rows, ['plan_add_on_id', 'add_on.id', 'add_on.code'], 'id') }} as plan_add_on_id,
        {{ landed(rows, 'add_on.name') }} as add_on_name,
        lower({{ landed(rows, 'add_on.add_on_type') }}) as add_on_type,
        {{ landed(rows, 'quantity', 'number') }} as quantity,
        {{ landed(rows, ['unit_amount_decimal', 'unit_amount'], 'number') }} as unit_amount,
        lower({{ landed(rows, 'tier_type') }}) as tier_type,
        {{ landed(rows, 'tiers') }} as tiers,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed(rows, 'expired_at', 'instant') }} as expired_at,
        {{ landed(subscriptions if is_nested else rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows, subscriptions if is_nested else none) }} as landed_at
    from {{ rows.sql }}

),

distinct_versions as (
    select
        landed_add_ons.item_id,
        landed_add_ons.subscription_id,
        landed_add_ons.plan_add_on_id,
        landed_add_ons.add_on_name,
        landed_add_ons.add_on_type,
        landed_add_ons.quantity,
        landed_add_ons.unit_amount,
        landed_add_ons.tier_type,
        landed_add_ons.tiers,
        landed_add_ons.created_at,
        landed_add_ons.expired_at,
        landed_add_ons.updated_at,
        landed_add_ons.landed_at,
        coalesce(landed_add_ons.updated_at, landed_add_ons.landed_at) as version_at,
        row_number() over (
            partition by landed_add_ons.item_id, coalesce(landed_add_ons.updated_at, landed_add_ons.landed_at)
            order by landed_add_ons.landed_at desc nulls last, landed_add_ons.expired_at desc nulls last, landed_add_ons.quantity desc
        ) as load_recency
    from landed_add_ons
    left join catalog on landed_add_ons.plan_add_on_id = catalog.plan_add_on_id
    where landed_add_ons.item_id is not null and coalesce(landed_add_ons.add_on_type, catalog.add_on_type, 'fixed') <> 'usage'
),

ordered_versions as (
    select
        *,
        row_number() over (partition by item_id order by version_at desc) as recency
    from distinct_versions
    where load_recency = 1
),

-- An add-on says when it was removed; of a list within its subscription the next version that lacks it does.
removals as (
    select
        versions.item_id,
        coalesce(
            min(versions.expired_at), {{ 'min(subscriptions.version_at)' if is_nested else 'cast(null as timestamp)' }}
        ) as removed_at
    from ordered_versions as versions
    left join subscriptions
        on versions.subscription_id = subscriptions.subscription_id and subscriptions.version_at > versions.version_at
    where versions.recency = 1
    group by versions.item_id
)

select
    versions.item_id,
    versions.subscription_id,
    versions.plan_add_on_id,
    versions.add_on_name,
    versions.quantity,
    versions.unit_amount,
    versions.tier_type,
    versions.tiers,
    versions.created_at,
    removals.removed_at,
    versions.version_at,
    versions.recency,
    versions.landed_at
from ordered_versions as versions
inner join removals on versions.item_id = removals.item_id
