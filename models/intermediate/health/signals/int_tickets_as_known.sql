-- Grain: one row per support ticket and version of it: the days between which the version counts as known.
with

tickets as (select * from {{ ref('base_support_tickets') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

versions as (

    select
        tickets.ticket_id,
        tickets.canonical_customer_id as customer_id,
        tickets.priority,
        tickets.satisfaction_score,
        tickets.opened_at,
        tickets.resolved_at,
        tickets.loaded_at,
        {{ known_date('cast(tickets.loaded_at as date)', 'cast(tickets.opened_at as date)') }} as known_date
    from tickets
    left join backfills
        on cast(tickets.loaded_at as date) = backfills.loaded_date and backfills.input_name = 'support_tickets'
    where tickets.reject_reason is null

)

-- A version of a ticket counts until a newer one is known.
select
    ticket_id,
    customer_id,
    priority,
    satisfaction_score,
    opened_at,
    resolved_at,
    known_date,
    lead(known_date) over (
        partition by ticket_id order by loaded_at asc, resolved_at asc nulls first, priority asc
    ) as next_known_date,
    row_number() over (
        partition by ticket_id order by loaded_at asc, resolved_at asc nulls first, priority asc
    ) as version_number
from versions
