-- Grain: one row per row of the plain table tickets.
{{ config(materialized='view', enabled='plain_support_tickets' in var('connectors') | string) }}
with

tickets as (select * from {{ source('plain', 'tickets') }})

select
    ticket_id,
    customer_id,
    opened_at,
    resolved_at,
    priority,
    satisfaction_score,
    unreadable_value,
    loaded_at
from tickets
