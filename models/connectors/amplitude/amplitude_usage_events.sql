-- Grain: one row per customer, user, feature and day, and per day on which more of it arrived.
{{ config(enabled='amplitude' in var('connectors') | string) }}
with

events as (select * from {{ ref('base_amplitude_events') }}),

links as (select * from {{ ref('base_amplitude_links') }}),

event_feature_map as (select * from {{ ref('event_feature_map') }}),

{{ used_days('amplitude', has_links=true) }}
