-- Grain: one row per customer and onboarding step (filter: has paid, onboarding period over, usage recorded).
with

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

customers as (select * from {{ ref('int_customers') }}),

tracking_starts as (select * from {{ ref('int_tracking_start_dates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

features as (select * from {{ ref('features') }}),

feature_uses as (select * from {{ ref('int_feature_uses') }}),

done_steps as (select * from {{ ref('int_onboarding_steps') }}),

first_values as (

    select
        feature_uses.customer_id,
        min(feature_uses.first_used_date) as first_value_date
    from feature_uses
    inner join features on feature_uses.feature = features.feature
    where features.is_first_value
    group by feature_uses.customer_id

),

onboarded_customers as (

    select
        cohorts.customer_id,
        cohorts.cohort_month,
        customers.started_date,
        case
            when first_values.first_value_date <= run_settings.as_of_date
                then greatest({{ days_between('customers.started_date', 'first_values.first_value_date') }}, 0)
        end as first_value_days
    from cohorts
    cross join tracking_starts
    cross join run_settings
    inner join customers
        on
            cohorts.customer_id = customers.customer_id
            and {{ is_tracked_since('tracking_starts.usage_date', 'customers.started_date') }}
            and {{ days_between('customers.started_date', 'run_settings.as_of_date') }}
            >= {{ var('onboarding_days') }} - 1
    left join first_values on cohorts.customer_id = first_values.customer_id

),

customer_steps as (

    select
        onboarded_customers.customer_id,
        onboarded_customers.cohort_month,
        onboarded_customers.first_value_days,
        features.feature as step_name,
        -- A step done before the subscription began takes no days.
        case
            when done_steps.done_date is not null
                then greatest({{ days_between('onboarded_customers.started_date', 'done_steps.done_date') }}, 0)
        end as step_days
    from onboarded_customers
    inner join features on features.is_onboarding_step
    left join done_steps
        on onboarded_customers.customer_id = done_steps.customer_id and features.feature = done_steps.feature

)

select
    customer_id,
    cohort_month,
    first_value_days,
    step_name,
    step_days is not null as is_completed,
    step_days
from customer_steps

union all

-- All steps together are completed with the last of them.
select
    customer_id,
    cohort_month,
    min(first_value_days) as first_value_days,
    'all_steps' as step_name,
    count(step_days) = count(*) as is_completed,
    case when count(step_days) = count(*) then max(step_days) end as step_days
from customer_steps
group by customer_id, cohort_month
