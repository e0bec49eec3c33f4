-- The cohorts of a step sum to the row of all cohorts, and every step has the same customers: all that were onboarded.
{{ config(group='growth') }}
with

steps as (

    select
        step_name,
        sum(case when cohort_month is null then customer_count else 0 end) as all_count,
        sum(case when cohort_month is null then 0 else customer_count end) as cohort_count,
        sum(case when cohort_month is null then completed_count else -completed_count end) as completed_difference,
        sum(
            case when cohort_month is null then 1 else -1 end * (completed_12m_count + incomplete_12m_count)
        ) as judged_difference
    from {{ ref('onboarding_cohorts') }}
    group by step_name

),

onboarded_customers as (

    select
        step_name,
        count(distinct customer_id) as customer_count
    from {{ ref('int_onboarded_customers') }}
    group by step_name

)

select
    coalesce(steps.step_name, onboarded_customers.step_name) as step_name,
    steps.all_count,
    steps.cohort_count,
    onboarded_customers.customer_count
from steps
full outer join onboarded_customers on steps.step_name = onboarded_customers.step_name
where
    coalesce(steps.all_count <> onboarded_customers.customer_count, true)
    or steps.all_count <> steps.cohort_count
    or steps.all_count <> (select max(largest.all_count) from steps as largest)
    or steps.completed_difference <> 0
    or steps.judged_difference <> 0
