-- The cohorts of a step sum to the row of all cohorts, and every step has the same customers.
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

)

select
    step_name,
    all_count,
    cohort_count
from steps
where
    all_count <> cohort_count
    or all_count <> (select max(largest.all_count) from steps as largest)
    or completed_difference <> 0
    or judged_difference <> 0
