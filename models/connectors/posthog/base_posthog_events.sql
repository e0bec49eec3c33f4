-- Grain: one row per event as loaded: the same event may be there several times.
-- A view: events are many, and read once. An id is anonymous where the event says so, or an $identify names it so.
{{ config(materialized='view', enabled='posthog' in var('connectors') | string) }}
{%- set rows = landed_table('posthog', ['events', 'event'], 'events') %}
{%- set property = var('posthog_customer_id_property', 'stripe_customer_id') %}
{%- set group = var('posthog_group', '') %}
{%- set groups = ['properties.', ''] if group.startswith('$') else ['properties.$groups.', '$groups.'] %}
with

persons as (select * from {{ ref('base_posthog_persons') }}),

links as (select * from {{ ref('base_posthog_links') }}),

anonymous_ids as (select distinct anonymous_id from links),

events as (

    select
        {{ event_id_of(rows, ['uuid', 'id'], ['distinct_id', 'event', 'timestamp']) }} as event_id,
        {{ landed(rows, ['event', 'event_name']) }} as event_name,
        {{ landed(rows, 'distinct_id') }} as distinct_id,
        {{ landed(rows, 'person_id') }} as person_id,
        coalesce(
            {{ landed(rows, ['properties.$is_identified', '$is_identified']) }} = 'false'
            or {{ landed(rows, 'distinct_id') }} = {{ landed(rows, ['properties.$device_id', '$device_id']) }}, false
        ) as is_anonymous,
        {{ group_of(rows, group, groups, others=['properties.$group_0', '$group_0']) }} as account_id,
        {{ landed(rows, ['properties.' ~ property, 'person_properties.' ~ property]) }} as customer_key,
        {{ landed(rows, ['person_properties.email', 'properties.$set.email']) }} as email,
        {{ landed(rows, 'timestamp', 'instant') }} as occurred_at,
        {{ arrived_at(rows, ['bq_ingested_timestamp', '_inserted_at', 'created_at']) }} as loaded_at
    from {{ rows.sql }}

)

select
    events.event_id,
    events.event_name,
    events.distinct_id as anonymous_id,
    case
        when not events.is_anonymous and anonymous_ids.anonymous_id is null
            then coalesce(persons.person_id, events.person_id, events.distinct_id)
    end as user_id,
    events.account_id,
    events.customer_key,
    events.email,
    events.occurred_at,
    events.loaded_at
from events
left join persons on events.distinct_id = persons.distinct_id
left join anonymous_ids on events.distinct_id = anonymous_ids.anonymous_id
