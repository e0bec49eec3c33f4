-- Grain: one row per customer and month (filter: scored population, payments tracked by then): signal payment_trouble.
with

changes as (select * from {{ ref('int_subscription_changes_as_known') }}),

bills as (select * from {{ ref('int_bills_as_known') }}),

invoice_lines as (select * from {{ ref('stg_invoice_lines') }}),

months as (select * from {{ ref('int_months') }}),

population as (select * from {{ ref('int_health_population') }}),

late_payment_start as (

    select min(known_date) as late_payment_date
    from changes
    where status in ('past_due', 'unpaid')

),

invoice_start as (

    select cast(min(issued_at) as date) as invoice_date
    from invoice_lines

),

troubles as (

    select
        changes.customer_id,
        months.activity_month,
        changes.subscription_id as trouble_id
    from changes
    inner join months
        on
            changes.changed_at < months.month_end_at
            and changes.known_date < months.month_end_at
            and coalesce(changes.next_changed_at >= months.month_end_at, true)
    where changes.status in ('past_due', 'unpaid')

    union distinct

    select
        bills.customer_id,
        months.activity_month,
        bills.invoice_id as trouble_id
    from bills
    -- A bill unpaid for longer than the horizon of the score predicts nothing more within it.
    inner join months
        on
            bills.due_date < months.month_end_at
            and bills.known_date < months.month_end_at
            and bills.due_date >= {{ dbt.dateadd('day', -var('health_horizon_days'), 'months.month_end_at') }}
    where
        bills.paid_date is null
        or greatest(bills.paid_date, bills.payment_known_date) >= months.month_end_at

)

select
    population.customer_id,
    population.activity_month,
    count(troubles.trouble_id) as payment_trouble
from population
cross join late_payment_start
cross join invoice_start
left join troubles
    on population.customer_id = troubles.customer_id and population.activity_month = troubles.activity_month
-- None is zero from the first late payment or invoice on; before that it is not known.
where least(late_payment_start.late_payment_date, invoice_start.invoice_date) < population.month_end_date
group by population.customer_id, population.activity_month
