-- Grain: one row per quarter and score method (filter: enough churns known before): whether churn falls as scores rise.
with

step_counts as (select * from {{ ref('int_health_step_counts') }}),

sums as (

    select
        fit_month,
        score_method,
        sum(case_count) as case_count,
        sum(churn_count) as churn_count,
        sum(score_step * case_count) / sum(case_count) as mean_step,
        sum(score_step * churn_count) / nullif(sum(churn_count), 0) as mean_churned_step,
        sum(score_step * score_step * case_count) / sum(case_count) as mean_square
    from step_counts
    group by fit_month, score_method

)

-- The test for a trend in proportions of Cochran (1954) and Armitage (1955).
select
    fit_month,
    score_method,
    cast(
        (mean_step - mean_churned_step) * sqrt(
            {{ case_overlap_share() }} * churn_count * case_count
            / nullif((mean_square - mean_step * mean_step) * (case_count - churn_count), 0)
        )
        as {{ type_rate() }}
    ) as trend_z_score
from sums
where churn_count * {{ case_overlap_share() }} >= {{ var('min_fit_churns') }}
