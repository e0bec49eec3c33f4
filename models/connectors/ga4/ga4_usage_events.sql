-- Grain: one row per customer, user, feature and day, and per day on which more of it arrived.
{{ config(enabled='ga4' in var('connectors') | string) }}
with

events as (select * from {{ ref('base_ga4_events') }}),

links as (select * from {{ ref('base_ga4_links') }}),

event_feature_map as (select * from {{ ref('event_feature_map') }}),

{{ used_days('ga4', has_links=true) }}
