-- Logo and revenue retention by acquisition channel after six and twelve months.
select
    cohort_value as acquisition_channel,
    months_since_cohort,
    sum(cohort_customer_count) as customer_count,
    cast(sum(active_customer_count) as {{ type_double() }}) / sum(cohort_customer_count) as logo_retention_rate,
    cast(sum(mrr_amount) as {{ type_double() }}) / nullif(sum(cohort_mrr_amount), 0) as revenue_retention_rate
from {{ ref('cohort_retention') }}
where cohort_dimension = 'channel' and months_since_cohort in (6, 12) and not is_partial_month
group by cohort_value, months_since_cohort
order by cohort_value asc, months_since_cohort asc
