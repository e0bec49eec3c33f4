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
    cast(tickets.resolved_at as date) as resolved_date,
    tickets.resolved_at is null as is_open,
    {{ days_between(
        'cast(tickets.opened_at as date)', 'coalesce(cast(tickets.resolved_at as date), run_settings.as_of_date)'
    ) }} as open_days
from tickets
cross join run_settings
