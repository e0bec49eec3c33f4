-- Grain: one row per customer and month at whose end urgent support tickets were open, as it was known then.
with

tickets as (select * from {{ ref('base_support_tickets') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

months as (select * from {{ ref('int_months') }}),

versions as (

    select
        tickets.ticket_id,
        tickets.surviving_customer_id as customer_id,
        tickets.priority,
        tickets.opened_at,
        tickets.resolved_at,
        tickets.loaded_at,
        {{ known_date('cast(tickets.loaded_at as date)', 'cast(tickets.opened_at as date)') }} as known_date
    from tickets
    left join backfills
        on cast(tickets.loaded_at as date) = backfills.loaded_date and backfills.input_name = 'support_tickets'
    where tickets.reject_reason is null

),

-- A version of a ticket counts until a newer one is known.
successions as (

    select
        customer_id,
        priority,
        opened_at,
        resolved_at,
        known_date,
        lead(known_date) over (
            partition by ticket_id order by loaded_at asc, resolved_at asc nulls first, priority asc
        ) as next_known_date
    from versions

)

select
    successions.customer_id,
    months.activity_month,
    count(*) as urgent_ticket_count
from successions
inner join months
    on
        successions.opened_at < months.month_end_at
        and successions.known_date < months.month_end_at
        and coalesce(successions.next_known_date >= months.month_end_at, true)
        and coalesce(successions.resolved_at >= months.month_end_at, true)
where successions.priority = 'urgent'
group by successions.customer_id, months.activity_month
