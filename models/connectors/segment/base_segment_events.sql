-- Grain: one row per event as loaded: the same event may be there several times.
-- A view: events are many, and read once.
{{ config(materialized='view', enabled='segment' in var('connectors') | string) }}
{{ track_calls(
    'segment', var('segment_customer_id_property', 'stripe_customer_id'), var('segment_event_tables', [])
) }}
