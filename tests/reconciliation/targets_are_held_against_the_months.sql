-- Every target stands once in its mart, and what came of closing MRR and logo churn is that of the month or value.
with

staged_targets as (

    select
        count(*) as target_count,
        sum(target) as target_sum
    from {{ ref('stg_targets') }}

),

shown_targets as (

    select
        count(*) as target_count,
        sum(target_value) as target_sum
    from {{ ref('target_attainment') }}

),

months as (select * from {{ ref('mrr_monthly') }}),

dimension_months as (select * from {{ ref('mrr_by_dimension_monthly') }}),

attainments as (

    select
        shown.activity_month,
        shown.actual_value,
        case shown.metric_name
            when 'closing_mrr_amount' then months.closing_mrr_amount
            when 'logo_churn_rate' then months.logo_churn_rate
        end as expected_value
    from {{ ref('target_attainment') }} as shown
    left join months on shown.activity_month = months.activity_month
    where shown.dimension_name = 'all' and shown.metric_name in ('closing_mrr_amount', 'logo_churn_rate')

    union all

    select
        shown.activity_month,
        shown.actual_value,
        case shown.metric_name
            when 'closing_mrr_amount' then dimension_months.closing_mrr_amount
            when 'logo_churn_rate' then dimension_months.logo_churn_rate
        end as expected_value
    from {{ ref('target_attainment') }} as shown
    inner join dimension_months
        on
            shown.activity_month = dimension_months.activity_month
            and shown.dimension_name = dimension_months.dimension_name
            and shown.dimension_value = dimension_months.dimension_value
    where shown.metric_name in ('closing_mrr_amount', 'logo_churn_rate')

)

select
    cast(null as date) as activity_month,
    staged_targets.target_sum as expected_value,
    shown_targets.target_sum as found_value
from staged_targets
cross join shown_targets
where
    staged_targets.target_count <> shown_targets.target_count
    or staged_targets.target_sum <> shown_targets.target_sum

union all

select
    activity_month,
    expected_value,
    actual_value as found_value
from attainments
where coalesce(expected_value, -1) <> coalesce(actual_value, -1)
