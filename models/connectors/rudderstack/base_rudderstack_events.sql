-- Grain: one row per event as loaded: the same event may be there several times.
-- A view: events are many, and read once.
{{ config(materialized='view', enabled='rudderstack' in var('connectors') | string) }}
{{ track_calls(
    'rudderstack', var('rudderstack_customer_id_property', 'stripe_customer_id'), var('rudderstack_event_tables', [])
) }}
