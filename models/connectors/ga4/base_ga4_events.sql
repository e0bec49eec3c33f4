-- Grain: one row per event as loaded: the same event may be there several times, intraday and for good.
-- A view: events are many. They have no id: who, when, what and the place in its batch make one.
{{ config(materialized='view', enabled='ga4' in var('connectors') | string) }}
{%- set rows = landed_table('ga4', ['event', 'events'], 'events') %}
{%- set property = var('ga4_customer_id_property', 'stripe_customer_id') %}
{%- set microseconds = landed(rows, 'event_timestamp', 'number') %}
{%- set parts = [
    'user_pseudo_id', ['event_timestamp', 'timestamp'], ['event_name', 'name'], ['event_bundle_sequence_id', 'bundle_sequence_id'],
    'batch_page_id', 'batch_ordering_id', 'batch_event_index'
] %}

select
    {{ event_id_of(rows, [], parts) }} as event_id,
    {{ landed(rows, ['event_name', 'name']) }} as event_name,
    {{ landed(rows, 'user_pseudo_id') }} as anonymous_id,
    {{ landed(rows, 'user_id') }} as user_id,
    {{ group_of(rows, var('ga4_group', ''), ['param_', 'user_property_']) }} as account_id,
    {{ landed(rows, ['param_' ~ property, 'user_property_' ~ property, property]) }} as customer_key,
    {{ landed(rows, 'user_property_email') }} as email,
    coalesce({{ landed(rows, 'timestamp', 'instant') }}, {{ instant_of_seconds(microseconds ~ ' / 1000000') }}) as occurred_at,
    {{ landed_at(rows) }} as loaded_at
from {{ rows.sql }}
