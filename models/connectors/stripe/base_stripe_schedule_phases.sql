-- Grain: one row per item of a phase of a schedule that has not begun when it was loaded.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set schedules = landed_table('stripe', ['subscription_schedule', 'subscription_schedules'], 'schedules') %}
{%- set phases = landed_list(schedules, 'phases', 'phases') %}
{%- set items = landed_list(phases, 'items', 'items') %}
with

landed_phases as (

    select
        {{ landed(schedules, ['subscription.id', 'subscription_id', 'subscription'], 'id') }} as subscription_id,
        {{ landed(schedules, 'status') }} as status,
        {{ landed(phases, 'start_date', 'instant') }} as started_at,
        {{ landed(items, ['price.id', 'price', 'plan'], 'id') }} as price_id,
        {{ landed(items, 'quantity', 'number') }} as quantity,
        {{ landed_at(schedules) }} as landed_at
    from {{ items.sql }}

)

select
    subscription_id,
    started_at,
    price_id,
    quantity,
    count(*) over (partition by subscription_id, started_at) as item_count
from landed_phases
where status in ('not_started', 'active') and started_at > landed_at and subscription_id is not null
