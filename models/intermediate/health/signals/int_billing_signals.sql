-- Grain: one row per customer, month and signal (filter: scored population): signals late_payments and discount_ending.
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

)

-- Known where payments are.
select
    payment_months.customer_id,
    payment_months.activity_month,
    'late_payments' as signal_name,
    count(late_payments.payment_id) as raw_value
from payment_months
left join late_payments
    on
        payment_months.customer_id = late_payments.customer_id
        and payment_months.activity_month = late_payments.activity_month
group by payment_months.customer_id, payment_months.activity_month

union all

-- None is zero once the company records when discounts end.
select
    population.customer_id,
    population.activity_month,
    'discount_ending' as signal_name,
    case when ending_discounts.customer_id is null then 0 else 1 end as raw_value
from population
cross join discount_start
left join ending_discounts
    on
        population.customer_id = ending_discounts.customer_id
        and population.activity_month = ending_discounts.activity_month
where discount_start.discount_date < population.month_end_date
