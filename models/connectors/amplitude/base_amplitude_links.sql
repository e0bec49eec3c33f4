-- Grain: one row per anonymous id and time in which it was one user.
{{ config(enabled='amplitude' in var('connectors') | string) }}
with

events as (select * from {{ ref('base_amplitude_events') }}),

calls as (
    select
        anonymous_id,
        user_id,
        min(occurred_at) as linked_at
    from events
    where anonymous_id is not null and user_id is not null
    group by anonymous_id, user_id
),

{{ link_periods() }}
