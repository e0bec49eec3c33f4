-- Grain: one row per quarter, score method, half-year and step of the score: cases known before it, and their churns.
with

outcomes as (select * from {{ ref('int_health_outcomes') }}),

fit_steps as (select * from {{ ref('int_health_fit_steps') }}),

months as (select * from {{ ref('int_months') }})

select
    months.activity_month as fit_month,
    'hand_set' as score_method,
    {{ half_year('outcomes.activity_month') }} as half_year,
    outcomes.hand_set_step as score_step,
    cast(count(*) as {{ type_double() }}) as case_count,
    cast(sum(case when outcomes.has_churned then 1 else 0 end) as {{ type_double() }}) as churn_count
from months
inner join outcomes on {{ is_known_before_fit('outcomes', 'months.activity_month') }}
where extract(month from months.activity_month) in (1, 4, 7, 10)
group by months.activity_month, {{ half_year('outcomes.activity_month') }}, outcomes.hand_set_step

union all

select
    fit_month,
    'learned' as score_method,
    half_year,
    score_step,
    cast(sum(case_count) as {{ type_double() }}) as case_count,
    cast(sum(churn_count) as {{ type_double() }}) as churn_count
from fit_steps
group by fit_month, half_year, score_step
