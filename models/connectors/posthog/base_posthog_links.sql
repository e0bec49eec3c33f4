-- Grain: one row per anonymous id and time in which it was one person.
{{ config(enabled='posthog' in var('connectors') | string) }}
{%- set rows = landed_table('posthog', ['events', 'event'], 'events') %}
with

persons as (select * from {{ ref('base_posthog_persons') }}),

identifications as (

    select
        {{ landed(rows, ['properties.$anon_distinct_id', '$anon_distinct_id']) }} as anonymous_id,
        {{ landed(rows, 'distinct_id') }} as distinct_id,
        {{ landed(rows, 'timestamp', 'instant') }} as linked_at
    from {{ rows.sql }}
    where {{ landed(rows, ['event', 'event_name']) }} = '$identify'

),

calls as (
    select
        identifications.anonymous_id,
        coalesce(persons.person_id, identifications.distinct_id) as user_id,
        identifications.linked_at
    from identifications
    left join persons on identifications.distinct_id = persons.distinct_id
),

{{ link_periods() }}
