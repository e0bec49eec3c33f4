-- Grain: one row per support ticket that was opened by the as-of day.
with

tickets as (select * from {{ ref('stg_support_tickets') }}),

run_settings as (select * from {{ ref('run_settings') }})

select
    tickets.ticket_id,
    run_settings.as_of_date,
    tickets.customer_id,
    tickets.priority,
    cast(tickets.opened_at as date) as opened_date,
    case
        when tickets.resolved_at < run_settings.as_of_end_at then cast(tickets.resolved_at as date)
    end as resolved_date,
    coalesce(tickets.resolved_at >= run_settings.as_of_end_at, true) as is_open,
    {{ days_between(
        'cast(tickets.opened_at as date)',
        'case when tickets.resolved_at < run_settings.as_of_end_at then cast(tickets.resolved_at as date)'
        ~ ' else run_settings.as_of_date end'
    ) }} as open_days
from tickets
inner join run_settings on tickets.opened_at < run_settings.as_of_end_at
