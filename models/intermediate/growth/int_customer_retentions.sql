-- Grain: one row per customer and age that its cohort has reached (filter: usage recorded from its start).
with

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

customers as (select * from {{ ref('int_customers') }}),

tracking_starts as (select * from {{ ref('int_tracking_start_dates') }}),

customer_months as (select * from {{ ref('int_customer_months') }}),

first_churns as (

    select
        customer_id,
        min(ended_date) as churned_date
    from {{ ref('int_service_spells') }}
    where is_churned
    group by customer_id

)

select
    cohorts.customer_id,
    cohorts.cohort_month,
    cohorts.plan_name,
    cohorts.customer_size,
    customers.started_date,
    {{ months_between('cohorts.cohort_month', 'customer_months.activity_month') }} as months_since_cohort,
    customer_months.is_active as is_retained,
    -- Customers that churned earlier had no time to adopt anything.
    coalesce(
        {{ days_between('customers.started_date', 'first_churns.churned_date') }} >= {{ var('adoption_days') }}, true
    ) as has_stayed
from cohorts
cross join tracking_starts
inner join customers
    on
        cohorts.customer_id = customers.customer_id
        and {{ is_tracked_since('tracking_starts.usage_date', 'customers.started_date') }}
inner join customer_months on cohorts.customer_id = customer_months.customer_id
left join first_churns on cohorts.customer_id = first_churns.customer_id
where
    not customer_months.is_partial_month
    and {{ months_between('cohorts.cohort_month', 'customer_months.activity_month') }}
    in ({{ retention_ages() | join(', ') }})
