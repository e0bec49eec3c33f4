-- Grain: one row per anonymous id and time in which it was one user.
{{ config(enabled='ga4' in var('connectors') | string) }}
with

events as (select * from {{ ref('base_ga4_events') }}),

{{ calls_in_events() }},

{{ link_periods() }}
