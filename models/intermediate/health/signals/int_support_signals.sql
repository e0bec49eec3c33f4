-- Grain: one row per customer and month (filter: scored population, tickets tracked by then): the signals of support.
{%- set window_start = dbt.dateadd('day', -var('usage_window_days'), 'population.month_end_date') %}
{%- set horizon_start = dbt.dateadd('day', -var('health_horizon_days'), 'population.month_end_date') %}
{%- set was_open = 'coalesce(tickets.resolved_at >= ' ~ window_start ~ ', true)' %}
with

tickets as (select * from {{ ref('int_tickets_as_known') }}),

current_tickets as (select * from {{ ref('stg_support_tickets') }}),

population as (select * from {{ ref('int_health_population') }}),

ticket_start as (

    select cast(min(opened_at) as date) as ticket_date
    from current_tickets

)

select
    population.customer_id,
    population.activity_month,
    count(case when tickets.opened_at >= {{ window_start }} then 1 end) as support_tickets,
    coalesce(max(
        case
            when {{ was_open }}
                then {{ days_between(
                    'cast(tickets.opened_at as date)',
                    'least(coalesce(cast(tickets.resolved_at as date), population.month_end_date),'
                    ~ ' population.month_end_date)'
                ) }}
        end
    ), 0) as slow_tickets,
    min(case when tickets.opened_at >= {{ horizon_start }} then tickets.satisfaction_score end)
        as support_satisfaction
from population
cross join ticket_start
left join tickets
    on
        population.customer_id = tickets.customer_id
        and population.month_end_date > tickets.opened_at
        and population.month_end_date > tickets.known_date
        and coalesce(population.month_end_date <= tickets.next_known_date, true)
        and (tickets.opened_at >= {{ horizon_start }} or {{ was_open }})
-- None is zero from the first ticket on; before that it is not known.
where ticket_start.ticket_date < population.month_end_date
group by population.customer_id, population.activity_month
