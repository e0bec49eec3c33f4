-- Grain: one row per customer, cohort dimension and value (filter: customers of ltv_by_segment).
with

cohort_members as (select * from {{ ref('int_cohort_members') }}),

customer_ltv as (select * from {{ ref('customer_ltv') }})

select
    customer_ltv.customer_id,
    cohort_members.cohort_dimension,
    cohort_members.cohort_value,
    customer_ltv.as_of_date,
    customer_ltv.is_active,
    customer_ltv.tenure_months,
    customer_ltv.mrr_amount,
    customer_ltv.historic_ltv_amount,
    customer_ltv.expected_future_ltv_amount,
    customer_ltv.ltv_amount,
    customer_ltv.ltv_low_amount,
    customer_ltv.ltv_high_amount
from cohort_members
-- The customers that ltv_by_segment counts.
inner join customer_ltv
    on
        cohort_members.customer_id = customer_ltv.customer_id
        and (customer_ltv.tenure_months > 0 or customer_ltv.ltv_method = 'purchase_model')
where cohort_members.cohort_dimension <> 'all'
