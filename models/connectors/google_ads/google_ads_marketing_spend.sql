-- Grain: one row per day, channel and campaign, in the account's currency; what has no cost that can be read is a row of its own.
{{ config(enabled='google_ads' in var('connectors') | string) }}
with

spend as (select * from {{ ref('base_google_ads_spend') }}),

channel_map as (select * from {{ ref('channel_map') }}),

{{ ad_spend('google_ads') }}
