-- Grain: one row per customer, user, feature and day, and per day on which more of it arrived.
{{ config(enabled='segment' in var('connectors') | string) }}
with

events as (select * from {{ ref('base_segment_events') }}),

links as (select * from {{ ref('base_segment_links') }}),

memberships as (select * from {{ ref('base_segment_memberships') }}),

profiles as (select * from {{ ref('base_segment_profiles') }}),

event_feature_map as (select * from {{ ref('event_feature_map') }}),

{{ used_days('segment', has_links=true, has_memberships=true, has_profiles=true) }}
