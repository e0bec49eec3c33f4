-- Grain: one row per customer and month at whose end urgent support tickets were open, as it was known then.
with

tickets as (

    select * from {{ ref('stg_support_tickets') }}

),

backfills as (

    select * from {{ ref('int_backfills') }}

),

months as (

    select * from {{ ref('int_months') }}

),

known_tickets as (

    select
        tickets.customer_id,
        cast(tickets.opened_at as date) as opened_date,
        cast(tickets.resolved_at as date) as resolved_date,
        case
            when backfills.loaded_date is null then cast(tickets.first_loaded_at as date)
            else cast(tickets.opened_at as date)
        end as known_date,
        -- A resolution that comes with a later version of the row was not known before.
        case
            when backfills.loaded_date is null then cast(tickets.loaded_at as date)
            else cast(tickets.resolved_at as date)
        end as resolution_known_date
    from tickets
    left join backfills
        on
            cast(tickets.first_loaded_at as date) = backfills.loaded_date
            and backfills.input_name = 'support_tickets'
    where tickets.priority = 'urgent'

)

select
    known_tickets.customer_id,
    months.activity_month,
    count(*) as urgent_ticket_count
from known_tickets
inner join months
    on
        known_tickets.opened_date < months.month_end_at
        and known_tickets.known_date < months.month_end_at
        and coalesce(
            greatest(known_tickets.resolved_date, known_tickets.resolution_known_date) >= months.month_end_at
            or known_tickets.resolved_date is null,
            true
        )
group by known_tickets.customer_id, months.activity_month
