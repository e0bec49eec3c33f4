-- Grain: one row per customer, those merged into another left out.
with

customers as (

    select * from {{ ref('int_customers') }}

),

run_settings as (

    select * from {{ ref('run_settings') }}

),

months as (

    select * from {{ ref('int_customer_movements') }}

),

subscriptions as (

    select * from {{ ref('subscriptions') }}

),

latest_months as (

    select
        customer_id,
        cohort_month,
        mrr_amount,
        is_active,
        is_paused,
        max(case when movement_type = 'churn' then activity_month end) over (partition by customer_id)
            as last_churn_month,
        row_number() over (partition by customer_id order by activity_month desc) as recency
    from months

),

latest_answers as (

    select * from {{ ref('int_customer_latest_answers') }}

),

subscription_totals as (

    select
        customer_id,
        min(first_paid_at) as first_paid_at,
        max(cancel_requested_at) as cancel_requested_at,
        sum(case when mrr_amount > 0 then 1 else 0 end) as active_subscription_count,
        sum(seat_count) as seat_count
    from subscriptions
    group by customer_id

)

select
    customers.customer_id,
    run_settings.as_of_date,
    customers.customer_name,
    customers.email_hash,
    customers.country,
    customers.industry,
    customers.employee_count,
    customers.customer_size,
    customers.acquisition_channel,
    customers.created_at,
    customers.deleted_at,
    case
        when latest_months.is_active then 'active'
        when latest_months.is_paused then 'paused'
        when latest_months.cohort_month is not null then 'churned'
        else 'never_paid'
    end as customer_status,
    coalesce(latest_months.is_active, false) as is_active,
    cast(coalesce(latest_months.mrr_amount, 0) as {{ type_amount() }}) as mrr_amount,
    run_settings.reporting_currency,
    latest_months.cohort_month,
    subscription_totals.first_paid_at,
    latest_months.last_churn_month,
    subscription_totals.cancel_requested_at,
    cast(coalesce(subscription_totals.active_subscription_count, 0) as {{ dbt.type_bigint() }})
        as active_subscription_count,
    cast(coalesce(subscription_totals.seat_count, 0) as {{ type_amount() }}) as seat_count,
    latest_answers.score as latest_nps_score,
    latest_answers.responded_at as latest_nps_responded_at
from customers
cross join run_settings
left join latest_months on customers.customer_id = latest_months.customer_id and latest_months.recency = 1
left join latest_answers on customers.customer_id = latest_answers.customer_id
left join subscription_totals on customers.customer_id = subscription_totals.customer_id
