-- Grain: one row per row of the plain table events.
-- An event without an id has one made of its row. Equal rows of one load are as many events; the same row in a later
-- load is the same event.
{{ config(materialized='view', enabled='plain_usage_events' in var('connectors') | string) }}
with

events as (select * from {{ source('plain', 'events') }})

select
    coalesce(
        event_id,
        coalesce(customer_id, '') || '|' || coalesce(user_id, '') || '|' || coalesce(feature, '')
        || '|' || coalesce(cast(occurred_at as {{ dbt.type_string() }}), '')
        || '|' || coalesce(cast(quantity as {{ dbt.type_string() }}), '')
        || '|' || cast(row_number() over (
            partition by customer_id, user_id, feature, occurred_at, quantity, loaded_at order by unreadable_value asc
        ) as {{ dbt.type_string() }})
    ) as event_id,
    customer_id,
    user_id,
    feature,
    occurred_at,
    quantity,
    unreadable_value,
    loaded_at
from events
