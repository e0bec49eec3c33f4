-- Grain: one row per customer and month (filter: scored population): signals late_payments and discount_ending.
{%- set memory_start = dbt.dateadd('day', -var('late_payment_days'), 'months.month_end_at') %}
with

changes as (select * from {{ ref('int_subscription_changes_as_known') }}),

bills as (select * from {{ ref('int_bills_as_known') }}),

payment_months as (select * from {{ ref('int_payment_months') }}),

months as (select * from {{ ref('int_months') }}),

population as (select * from {{ ref('int_health_population') }}),

-- What was late and is over; what is late still is payment trouble.
late_payments as (

    select
        changes.customer_id,
        months.activity_month,
        changes.subscription_id as payment_id,
        cast(changes.changed_at as date) as late_date
    from changes
    inner join months
        on
            changes.known_date < months.month_end_at
            and changes.changed_at >= {{ memory_start }}
            and changes.next_changed_at < months.month_end_at
    where changes.status in ('past_due', 'unpaid')

    union distinct

    select
        bills.customer_id,
        months.activity_month,
        bills.invoice_id as payment_id,
        bills.due_date as late_date
    from bills
    inner join months
        on
            bills.known_date < months.month_end_at
            and bills.due_date >= {{ memory_start }}
            and greatest(bills.paid_date, bills.payment_known_date) < months.month_end_at
    where bills.paid_date > bills.due_date

),

discount_start as (

    select min(known_date) as discount_date
    from changes
    where discount_ends_at is not null

),

ending_discounts as (

    select distinct
        changes.customer_id,
        months.activity_month
    from changes
    inner join months
        on
            changes.changed_at < months.month_end_at
            and changes.known_date < months.month_end_at
            and coalesce(changes.next_changed_at >= months.month_end_at, true)
            and changes.discount_ends_at >= months.month_end_at
            and changes.discount_ends_at
            < {{ dbt.dateadd('day', var('health_horizon_days'), 'months.month_end_at') }}
    where not changes.is_end

),

late_payment_counts as (

    select
        customer_id,
        activity_month,
        count(payment_id) as payment_count
    from late_payments
    group by customer_id, activity_month

)

select
    population.customer_id,
    population.activity_month,
    -- Known where payments are.
    case
        when payment_months.customer_id is not null then coalesce(late_payment_counts.payment_count, 0)
    end as late_payments,
    -- None is zero once the company records when discounts end.
    case
        when discount_start.discount_date < population.month_end_date
            then case when ending_discounts.customer_id is null then 0 else 1 end
    end as discount_ending
from population
cross join discount_start
left join payment_months
    on
        population.customer_id = payment_months.customer_id
        and population.activity_month = payment_months.activity_month
left join late_payment_counts
    on
        population.customer_id = late_payment_counts.customer_id
        and population.activity_month = late_payment_counts.activity_month
left join ending_discounts
    on
        population.customer_id = ending_discounts.customer_id
        and population.activity_month = ending_discounts.activity_month
