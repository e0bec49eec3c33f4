-- Grain: one row per cohort dimension, value, cohort month and age in months.
with

customer_months as (select * from {{ ref('customer_months') }}),

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

cohort_members as (select * from {{ ref('int_cohort_members') }}){% if first_open_month() %},

-- Of closed months: what is in no cohort by what is known now.
cohort_dimensions as (select distinct cohort_dimension from cohort_members),

former_members as (

    select distinct customer_months.customer_id
    from customer_months
    left join cohorts on customer_months.customer_id = cohorts.customer_id
    where customer_months.cohort_month is not null and cohorts.customer_id is null

){% endif %},

members as (

    select
        customer_id,
        cohort_dimension,
        cohort_value
    from cohort_members
    {%- if first_open_month() %}

    union all

    select
        former_members.customer_id,
        cohort_dimensions.cohort_dimension,
        case cohort_dimensions.cohort_dimension when 'all' then 'all' else 'unknown' end as cohort_value
    from former_members
    cross join cohort_dimensions
    {%- endif %}

),

member_months as (

    select
        customer_months.customer_id,
        customer_months.cohort_month,
        customer_months.activity_month,
        customer_months.is_partial_month,
        customer_months.is_active,
        customer_months.mrr_amount,
        max(case when customer_months.is_active then customer_months.activity_month end) over (
            partition by customer_months.customer_id
        ) as last_active_month,
        -- As it was published, where it was.
        coalesce(
            max(
                case
                    when customer_months.activity_month = customer_months.cohort_month then customer_months.mrr_amount
                end
            ) over (partition by customer_months.customer_id, customer_months.cohort_month),
            cohorts.cohort_mrr_amount
        ) as cohort_mrr_amount
    from customer_months
    left join cohorts on customer_months.customer_id = cohorts.customer_id
    where customer_months.cohort_month is not null

),

member_counts as (

    select
        members.cohort_dimension,
        members.cohort_value,
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
    inner join members on member_months.customer_id = members.customer_id
    group by
        members.cohort_dimension,
        members.cohort_value,
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
