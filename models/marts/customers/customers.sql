-- Grain: one row per customer (filter: not merged into another).
with

customers as (select * from {{ ref('int_customers') }}),

run_settings as (select * from {{ ref('run_settings') }}),

statuses as (select * from {{ ref('int_customer_status') }}),

nps_responses as (select * from {{ ref('int_nps_responses') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

running_terms as (

    select
        customer_id,
        min(renewal_date) as next_renewal_date
    from {{ ref('int_item_terms') }}
    where over_date is null
    group by customer_id

),

customer_ltv as (select * from {{ ref('customer_ltv') }}),

customer_segments as (select * from {{ ref('customer_segments') }}),

customer_attributes as (select * from {{ ref('customer_attributes') }}),

subscription_totals as (

    select
        customer_id,
        min(first_paid_at) as first_paid_at,
        max(cancel_requested_at) as cancel_requested_at,
        sum(case when status = 'trialing' then 1 else 0 end) as trial_count,
        sum(case when mrr_amount > 0 then 1 else 0 end) as active_subscription_count,
        sum(seat_count) as seat_count
    from {{ ref('subscriptions') }}
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
    account_owners.attribute_value as account_owner,
    customers.created_at,
    customers.deleted_at,
    customers.is_inferred,
    coalesce(statuses.customer_status, 'never_paid') as customer_status,
    case
        when statuses.is_active and subscription_totals.cancel_requested_at is not null then 'leaving'
        when statuses.is_active and customer_segments.health_status = 'onboarding' then 'onboarding'
        when statuses.is_active then 'active'
        when statuses.customer_status = 'paused' then 'paused'
        when statuses.cohort_month is not null then 'churned'
        when subscription_totals.trial_count > 0 then 'trial'
        else 'prospect'
    end as lifecycle_stage,
    coalesce(statuses.is_active, false) as is_active,
    cast(coalesce(statuses.mrr_amount, 0) as {{ type_amount() }}) as mrr_amount,
    cast(statuses.usage_mrr_amount as {{ type_amount() }}) as usage_mrr_amount,
    cast(coalesce(statuses.committed_mrr_amount, 0) as {{ type_amount() }}) as committed_mrr_amount,
    run_settings.reporting_currency,
    statuses.cohort_month,
    subscription_totals.first_paid_at,
    statuses.last_churn_month,
    subscription_totals.cancel_requested_at,
    running_terms.next_renewal_date,
    case when running_terms.customer_id is null then renewal_dates.billing_renewal_date end as billing_renewal_date,
    cast(coalesce(subscription_totals.active_subscription_count, 0) as {{ dbt.type_bigint() }})
        as active_subscription_count,
    cast(coalesce(subscription_totals.seat_count, 0) as {{ type_amount() }}) as seat_count,
    customer_ltv.ltv_amount,
    customer_segments.value_tier,
    customer_segments.health_score,
    customer_segments.health_status,
    customer_segments.segment_name,
    customer_segments.expected_loss_amount,
    customer_segments.value_at_risk_amount,
    customer_segments.priority_rank,
    nps_responses.score as latest_nps_score,
    nps_responses.responded_at as latest_nps_responded_at
from customers
cross join run_settings
left join statuses on customers.customer_id = statuses.customer_id
left join nps_responses on customers.customer_id = nps_responses.customer_id and nps_responses.is_latest_of_customer
left join subscription_totals on customers.customer_id = subscription_totals.customer_id
left join customer_attributes as account_owners
    on customers.customer_id = account_owners.customer_id and account_owners.attribute_name = 'account_owner'
left join customer_ltv on customers.customer_id = customer_ltv.customer_id
left join customer_segments on customers.customer_id = customer_segments.customer_id
left join running_terms on customers.customer_id = running_terms.customer_id
left join renewal_dates
    on
        customers.customer_id = renewal_dates.customer_id
        and run_settings.as_of_date = renewal_dates.scored_date
