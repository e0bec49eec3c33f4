-- By step: completion rate, time to complete, and retention after 3, 6 and 12 months with and without it.
select
    step_name,
    customer_count,
    completed_rate,
    median_step_days,
    median_first_value_days,
    completed_retention_3m_rate,
    incomplete_retention_3m_rate,
    completed_retention_6m_rate,
    incomplete_retention_6m_rate,
    completed_retention_12m_rate,
    incomplete_retention_12m_rate
from {{ ref('onboarding_cohorts') }}
where cohort_month is null
order by completed_rate desc, step_name asc
