-- Grain: one row per month, whether customers are bound, and step of the score: cases whose outcome was known by then.
with

outcomes as (select * from {{ ref('int_health_outcomes') }}),

months as (

    select distinct
        activity_month,
        scored_date
    from outcomes

),

step_counts as (

    select
        horizon_date,
        is_bound,
        score_step,
        count(*) as case_count,
        sum(case when has_churned then 1 else 0 end) as churn_count
    from outcomes
    where is_observed
    group by horizon_date, is_bound, score_step

)

select
    months.activity_month,
    step_counts.is_bound,
    step_counts.score_step,
    sum(step_counts.case_count) as case_count,
    sum(step_counts.churn_count) as churn_count
from months
inner join step_counts on months.scored_date >= step_counts.horizon_date
group by months.activity_month, step_counts.is_bound, step_counts.score_step
