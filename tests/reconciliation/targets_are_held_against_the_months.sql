-- Every target stands once in its mart, and what came of closing MRR and of logo churn is that of the month.
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

attainments as (

    select
        activity_month,
        metric_name,
        actual_value
    from {{ ref('target_attainment') }}
    where dimension_name = 'all'

),

months as (select * from {{ ref('mrr_monthly') }})

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
    attainments.activity_month,
    case attainments.metric_name when 'logo_churn_rate' then months.logo_churn_rate else months.closing_mrr_amount end
        as expected_value,
    attainments.actual_value as found_value
from attainments
left join months on attainments.activity_month = months.activity_month
where
    attainments.metric_name in ('closing_mrr_amount', 'logo_churn_rate')
    and coalesce(attainments.actual_value, -1) <> coalesce(
        case attainments.metric_name when 'logo_churn_rate' then months.logo_churn_rate else months.closing_mrr_amount end,
        -1
    )
