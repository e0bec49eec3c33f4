-- Grain: one row per customer and month (filter: with a band, so scored after the onboarding period): its outcome.
with

scores as (select * from {{ ref('int_health_scores') }}),

statuses as (select * from {{ ref('int_health_statuses') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

horizons as (

    select
        scores.customer_id,
        scores.activity_month,
        statuses.scored_date,
        scores.health_score,
        scores.score_method,
        scores.hand_set_score,
        scores.fit_month,
        statuses.health_status,
        renewal_dates.billing_renewal_date,
        renewal_dates.churned_date,
        cast({{ dbt.dateadd('day', var('health_horizon_days'), 'statuses.scored_date') }} as date) as horizon_date,
        {{ month_start('run_settings.as_of_end_at') }} as running_month
    from scores
    cross join run_settings
    inner join statuses
        on scores.customer_id = statuses.customer_id and scores.activity_month = statuses.activity_month
    left join renewal_dates
        on scores.customer_id = renewal_dates.customer_id and scores.activity_month = renewal_dates.activity_month
    where scores.health_band is not null

)

select
    customer_id,
    activity_month,
    scored_date,
    horizon_date,
    health_score,
    health_status,
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
