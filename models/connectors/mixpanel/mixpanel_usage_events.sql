-- Grain: one row per customer, user, feature and day, and per day on which more of it arrived.
{{ config(enabled='mixpanel' in var('connectors') | string) }}
with

events as (select * from {{ ref('base_mixpanel_events') }}),

links as (select * from {{ ref('base_mixpanel_links') }}),

event_feature_map as (select * from {{ ref('event_feature_map') }}),

{{ used_days('mixpanel', has_links=true) }}
