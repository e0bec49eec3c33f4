-- Grain: one row per month, whether customers are bound, and step of the score: the churn probability known by then.
with

outcomes as (select * from {{ ref('int_health_outcomes') }}),

fit_steps as (select * from {{ ref('int_health_fit_steps') }}),

steps as (

    {{ numbers(20) }}

),

months as (

    select distinct
        activity_month,
        scored_date,
        score_method,
        fit_month
    from outcomes

),

step_counts as (

    select
        horizon_date,
        is_bound,
        hand_set_step as score_step,
        cast(count(*) as {{ type_double() }}) as case_count,
        cast(sum(case when has_churned then 1 else 0 end) as {{ type_double() }}) as churn_count
    from outcomes
    where is_observed
    group by horizon_date, is_bound, hand_set_step

),

-- Point-in-time: only cases whose horizon had passed by then. A learned score is held against those of its own fit.
churn_counts as (

    select
        months.activity_month,
        step_counts.is_bound,
        step_counts.score_step,
        sum(step_counts.case_count) as case_count,
        sum(step_counts.churn_count) as churn_count
    from months
    inner join step_counts on months.scored_date >= step_counts.horizon_date
    where months.score_method = 'hand_set'
    group by months.activity_month, step_counts.is_bound, step_counts.score_step

    union all

    select
        months.activity_month,
        fit_steps.is_bound,
        fit_steps.score_step,
        fit_steps.case_count,
        fit_steps.churn_count
    from months
    inner join fit_steps on months.fit_month = fit_steps.fit_month
    where months.score_method = 'learned'

),

ranges as (

    select
        churn_counts.activity_month,
        churn_counts.is_bound,
        first_steps.n - 1 as first_step,
        last_steps.n - 1 as last_step,
        sum(churn_counts.churn_count) / cast(sum(churn_counts.case_count) as {{ type_double() }}) as churn_rate
    from churn_counts
    inner join steps as first_steps on churn_counts.score_step >= first_steps.n - 1
    inner join steps as last_steps on churn_counts.score_step <= last_steps.n - 1
    group by churn_counts.activity_month, churn_counts.is_bound, first_steps.n, last_steps.n
    having sum(churn_counts.case_count) >= {{ var('min_health_cases') }}

),

-- Isotonic regression: the probability that fits best among those that never rise with the score. That of a step is the
-- lowest, over where a range of steps around it may start, of the highest rate, over where it may end.
highest_rates as (

    select
        ranges.activity_month,
        ranges.is_bound,
        steps.n - 1 as score_step,
        ranges.first_step,
        max(ranges.churn_rate) as churn_rate
    from ranges
    inner join steps on ranges.first_step <= steps.n - 1 and ranges.last_step >= steps.n - 1
    group by ranges.activity_month, ranges.is_bound, steps.n, ranges.first_step

)

select
    activity_month,
    is_bound,
    score_step,
    cast(min(churn_rate) as {{ type_rate() }}) as churn_probability
from highest_rates
group by activity_month, is_bound, score_step
