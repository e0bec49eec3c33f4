-- Grain: one row per anonymous id and time in which it was one user.
{{ config(enabled='mixpanel' in var('connectors') | string) }}
with

events as (select * from {{ ref('base_mixpanel_events') }}),

{{ calls_in_events() }},

{{ link_periods() }}
