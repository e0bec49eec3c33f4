-- Grain: one row per customer and month (filter: scored after the onboarding period): its outcome.
with

scores as (select * from {{ ref('int_health_shown_scores') }}),

population as (select * from {{ ref('int_health_population') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

scored_months as (

    select
        scores.customer_id,
        scores.activity_month,
        cast({{ dbt.dateadd('day', -1, 'population.month_end_date') }} as date) as scored_date,
        scores.health_score,
        scores.score_method,
        scores.hand_set_score,
        scores.fit_month
    from scores
    inner join population
        on scores.customer_id = population.customer_id and scores.activity_month = population.activity_month
    where scores.health_score is not null and population.age_days >= {{ var('onboarding_days') }}

),

horizons as (

    select
        scored_months.customer_id,
        scored_months.activity_month,
        scored_months.scored_date,
        scored_months.health_score,
        scored_months.score_method,
        scored_months.hand_set_score,
        scored_months.fit_month,
        renewal_dates.billing_renewal_date,
        renewal_dates.churned_date,
        cast({{ dbt.dateadd('day', var('health_horizon_days'), 'scored_months.scored_date') }} as date) as horizon_date,
        {{ month_start('run_settings.as_of_end_at') }} as running_month
    from scored_months
    cross join run_settings
    left join renewal_dates
        on
            scored_months.customer_id = renewal_dates.customer_id
            and scored_months.activity_month = renewal_dates.activity_month

)

select
    customer_id,
    activity_month,
    scored_date,
    horizon_date,
    health_score,
    score_method,
    fit_month,
    {{ score_step('health_score') }} as score_step,
    {{ score_step('hand_set_score') }} as hand_set_step,
    -- A customer bound by its terms beyond the horizon can hardly churn within it.
    coalesce(billing_renewal_date > horizon_date, false) as is_bound,
    horizon_date < running_month as is_observed,
    case when churned_date <= horizon_date and horizon_date < running_month then churned_date end as churned_date,
    coalesce(churned_date <= horizon_date and horizon_date < running_month, false) as has_churned
from horizons
