-- Customers of customer_ltv_segments are those that ltv_by_segment counts, no more and no fewer.
with

segment_customers as (

    select
        cohort_dimension,
        cohort_value,
        count(*) as customer_count
    from {{ ref('customer_ltv_segments') }}
    group by cohort_dimension, cohort_value

),

segments as (

    select
        cohort_dimension,
        cohort_value,
        customer_count
    from {{ ref('ltv_by_segment') }}
    where cohort_dimension <> 'all'

)

select
    coalesce(segments.cohort_dimension, segment_customers.cohort_dimension) as cohort_dimension,
    coalesce(segments.cohort_value, segment_customers.cohort_value) as cohort_value,
    segments.customer_count,
    segment_customers.customer_count as listed_count
from segments
full outer join segment_customers
    on
        segments.cohort_dimension = segment_customers.cohort_dimension
        and segments.cohort_value = segment_customers.cohort_value
where coalesce(segments.customer_count, 0) <> coalesce(segment_customers.customer_count, 0)
