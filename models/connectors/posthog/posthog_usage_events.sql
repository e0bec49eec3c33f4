-- Grain: one row per customer, user, feature and day, and per day on which more of it arrived.
{{ config(enabled='posthog' in var('connectors') | string) }}
with

events as (select * from {{ ref('base_posthog_events') }}),

links as (select * from {{ ref('base_posthog_links') }}),

profiles as (select * from {{ ref('base_posthog_profiles') }}),

event_feature_map as (select * from {{ ref('event_feature_map') }}),

{{ used_days('posthog', has_links=true, has_profiles=true) }}
