-- Grain: one row per event as loaded: the same event may be there several times.
-- A view: events are many.
{{ config(materialized='view', enabled='amplitude' in var('connectors') | string) }}
{%- set rows = landed_table('amplitude', ['event', 'events'], 'events') %}
{%- set property = var('amplitude_customer_id_property', 'stripe_customer_id') %}

select
    {{ event_id_of(rows, 'uuid', ['device_id', ['_insert_id', 'insert_id', '$insert_id', 'id'], 'event_type', 'event_time']) }} as event_id,
    {{ landed(rows, 'event_type') }} as event_name,
    {{ landed(rows, 'amplitude_id') }} as anonymous_id,
    {{ landed(rows, 'user_id') }} as user_id,
    {{ group_of(rows, var('amplitude_group', ''), ['groups.']) }} as account_id,
    {{ landed(rows, ['event_properties.' ~ property, 'user_properties.' ~ property]) }} as customer_key,
    {{ landed(rows, ['user_properties.email', 'user_properties.Email']) }} as email,
    {{ landed(rows, ['event_time', 'client_event_time'], 'instant') }} as occurred_at,
    {{ arrived_at(rows, ['server_upload_time', 'server_received_time', 'processed_time']) }} as loaded_at
from {{ rows.sql }}
