-- Grain: one row per fit, half-year, whether customers are bound, and step of the learned score: its cases and churns.
with

cases as (select * from {{ ref('int_health_fit_cases') }}),

fit_values as (select * from {{ ref('int_health_fit_values') }}),

weights as (select * from {{ ref('int_health_weights') }}),

log_odds as (

    select
        fit_values.case_number,
        max(weights.usual_log_odds) as usual_log_odds,
        sum(
            cast(
                weights.point_slope * (weights.mean_deduction + weights.deviation * fit_values.distance)
                as {{ type_rate() }}
            )
        ) as log_odds
    from fit_values
    inner join weights on fit_values.fit_month = weights.fit_month and fit_values.signal_name = weights.signal_name
    group by fit_values.case_number

),

scored_cases as (

    select
        cases.fit_month,
        {{ half_year('cases.activity_month') }} as half_year,
        cases.is_bound,
        cases.has_churned,
        cases.drawn_share,
        {{ learned_score('log_odds.log_odds', 'log_odds.usual_log_odds') }} as learned_score
    from cases
    inner join log_odds on cases.case_number = log_odds.case_number

)

select
    fit_month,
    half_year,
    is_bound,
    {{ score_step('learned_score') }} as score_step,
    sum(1 / drawn_share) as case_count,
    sum(case when has_churned then 1 / drawn_share else 0 end) as churn_count
from scored_cases
group by fit_month, half_year, is_bound, {{ score_step('learned_score') }}
