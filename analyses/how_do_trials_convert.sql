-- Trials by the week in which they began, plan and channel: how many converted, and after how many days.
select
    cohort_week,
    plan_name,
    acquisition_channel,
    trial_count,
    converted_count,
    running_count,
    conversion_rate,
    median_conversion_days
from {{ ref('trial_conversions') }}
where not is_partial_week
order by cohort_week desc, trial_count desc, plan_name asc, acquisition_channel asc
