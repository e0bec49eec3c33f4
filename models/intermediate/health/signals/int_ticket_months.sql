-- Grain: one row per customer and month (filter: scored population, tickets tracked by then): signal urgent_tickets.
with

tickets as (select * from {{ ref('int_tickets_as_known') }}),

current_tickets as (select * from {{ ref('stg_support_tickets') }}),

population as (select * from {{ ref('int_health_population') }}),

ticket_start as (

    select cast(min(opened_at) as date) as ticket_date
    from current_tickets
    where priority is not null

)

select
    population.customer_id,
    population.activity_month,
    count(tickets.ticket_id) as urgent_tickets
from population
cross join ticket_start
left join tickets
    on
        population.customer_id = tickets.customer_id
        and tickets.priority = 'urgent'
        and population.month_end_date > tickets.opened_at
        and population.month_end_date > tickets.known_date
        and coalesce(population.month_end_date <= tickets.next_known_date, true)
        and coalesce(population.month_end_date <= tickets.resolved_at, true)
group by population.customer_id, population.activity_month, population.month_end_date, ticket_start.ticket_date
-- None is zero from the first ticket with a priority on; before that it is not known.
having ticket_start.ticket_date < population.month_end_date or count(tickets.ticket_id) > 0
