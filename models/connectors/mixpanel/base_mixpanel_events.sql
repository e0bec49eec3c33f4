-- Grain: one row per event as loaded: the same event may be there several times.
-- A view: events are many.
{{ config(materialized='view', enabled='mixpanel' in var('connectors') | string) }}
{%- set rows = landed_table('mixpanel', ['event', 'events', 'export'], 'events') %}
{%- set property = var('mixpanel_customer_id_property', 'stripe_customer_id') %}
{%- set distinct_id = landed(rows, ['distinct_id', 'properties.distinct_id']) %}
{%- set time = landed(rows, ['time', 'properties.time'], 'instant') %}
{%- set processed_ms = landed(
    rows, ['mp_processing_time_ms', 'properties.mp_processing_time_ms', 'properties.$mp_processing_time_ms'], 'number'
) %}

select
    -- Mixpanel takes events for one that have the same id, user, name and day.
    coalesce({{ landed(rows, ['insert_id', '$insert_id', 'properties.$insert_id', '_fivetran_id']) }}, '')
    || '|' || coalesce({{ distinct_id }}, '') || '|' || coalesce({{ landed(rows, ['name', 'event']) }}, '')
    || '|' || coalesce(cast(cast({{ time }} as date) as {{ dbt.type_string() }}), '') as event_id,
    {{ landed(rows, ['name', 'event']) }} as event_name,
    coalesce(
        {{ landed(rows, ['device_id', '$device_id', 'properties.$device_id']) }},
        case when {{ distinct_id }} like '$device:%' then replace({{ distinct_id }}, '$device:', '') end
    ) as anonymous_id,
    coalesce(
        {{ landed(rows, ['user_id', '$user_id', 'properties.$user_id', 'properties.user_id']) }},
        case when {{ distinct_id }} not like '$device:%' then {{ distinct_id }} end
    ) as user_id,
    {{ group_of(rows, var('mixpanel_group', ''), ['', 'properties.'], suffix='_id') }} as account_id,
    {{ landed(rows, [property, 'properties.' ~ property]) }} as customer_key,
    {{ landed(rows, ['$email', 'properties.$email']) }} as email,
    {{ time }} as occurred_at,
    coalesce(
        case when {{ processed_ms }} > 100000000000 then {{ instant_of_seconds(processed_ms ~ ' / 1000') }} end,
        {{ landed_at(rows) }}
    ) as loaded_at
from {{ rows.sql }}
