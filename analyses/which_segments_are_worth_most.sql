-- Lifetime value by plan, channel, billing interval, country and size, with the interval of each total.
select
    cohort_dimension,
    cohort_value,
    active_customer_count,
    mrr_amount,
    ltv_amount,
    ltv_low_amount,
    ltv_high_amount,
    total_ltv_amount,
    total_ltv_low_amount,
    total_ltv_high_amount
from {{ ref('ltv_by_segment') }}
order by cohort_dimension asc, ltv_amount desc nulls last, cohort_value asc
