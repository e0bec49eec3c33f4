-- Grain: one row per customer and month (filter: scored population, tickets tracked by then): signal urgent_tickets.
with

tickets as (select * from {{ ref('base_support_tickets') }}),

current_tickets as (select * from {{ ref('stg_support_tickets') }}),

backfills as (select * from {{ ref('int_backfill_loads') }}),

population as (select * from {{ ref('int_health_population') }}),

ticket_start as (

    select cast(min(opened_at) as date) as ticket_date
    from current_tickets
    where priority is not null

),

versions as (

    select
        tickets.ticket_id,
        tickets.canonical_customer_id as customer_id,
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
        ticket_id,
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
    population.customer_id,
    population.activity_month,
    'urgent_tickets' as signal_name,
    count(successions.ticket_id) as raw_value
from population
cross join ticket_start
left join successions
    on
        population.customer_id = successions.customer_id
        and successions.priority = 'urgent'
        and population.month_end_date > successions.opened_at
        and population.month_end_date > successions.known_date
        and coalesce(population.month_end_date <= successions.next_known_date, true)
        and coalesce(population.month_end_date <= successions.resolved_at, true)
group by population.customer_id, population.activity_month, population.month_end_date, ticket_start.ticket_date
-- None is zero from the first ticket with a priority on; before that it is not known.
having ticket_start.ticket_date < population.month_end_date or count(successions.ticket_id) > 0
