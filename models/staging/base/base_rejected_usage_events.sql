-- Grain: one row per row of the input usage_events that was turned away, with the reason.
{{ config(materialized='table') }}
with

checked_events as (select * from {{ ref('base_usage_events') }})

select
    event_id,
    customer_id,
    user_id,
    feature,
    occurred_at,
    quantity,
    loaded_at,
    reject_reason
from checked_events
where reject_reason is not null
