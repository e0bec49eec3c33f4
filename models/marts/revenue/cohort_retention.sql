-- Grain: one row per cohort dimension, value, cohort month and age in months.
with

customer_months as (select * from {{ ref('int_customer_months') }}),

cohort_members as (select * from {{ ref('int_cohort_members') }}),

member_months as (

    select
        customer_id,
        cohort_month,
        activity_month,
        is_partial_month,
        is_active,
        mrr_amount,
        max(case when is_active then activity_month end) over (partition by customer_id) as last_active_month,
        max(case when activity_month = cohort_month then mrr_amount end) over (partition by customer_id)
            as cohort_mrr_amount
    from customer_months
    where cohort_month is not null

),

member_counts as (

    select
        cohort_members.cohort_dimension,
        cohort_members.cohort_value,
        member_months.cohort_month,
        member_months.activity_month,
        member_months.is_partial_month,
        count(*) as cohort_customer_count,
        sum(case when member_months.is_active then 1 else 0 end) as active_customer_count,
        sum(case when member_months.last_active_month >= member_months.activity_month then 1 else 0 end)
            as retained_customer_count,
        sum(member_months.cohort_mrr_amount) as cohort_mrr_amount,
        sum(member_months.mrr_amount) as mrr_amount
    from member_months
    inner join cohort_members on member_months.customer_id = cohort_members.customer_id
    group by
        cohort_members.cohort_dimension,
        cohort_members.cohort_value,
        member_months.cohort_month,
        member_months.activity_month,
        member_months.is_partial_month

)

select
    cohort_month,
    cohort_dimension,
    cohort_value,
    {{ months_between('cohort_month', 'activity_month') }} as months_since_cohort,
    activity_month,
    is_partial_month,
    cast(cohort_customer_count as {{ dbt.type_bigint() }}) as cohort_customer_count,
    cast(active_customer_count as {{ dbt.type_bigint() }}) as active_customer_count,
    {{ rate('active_customer_count', 'cohort_customer_count') }} as logo_retention_rate,
    {{ rate('retained_customer_count', 'cohort_customer_count') }} as retained_on_or_after_rate,
    cast(cohort_mrr_amount as {{ type_amount() }}) as cohort_mrr_amount,
    cast(mrr_amount as {{ type_amount() }}) as mrr_amount,
    {{ rate('mrr_amount', 'cohort_mrr_amount') }} as revenue_retention_rate
from member_counts
