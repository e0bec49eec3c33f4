-- Grain: one row per survival segment and renewal, from 0, the start (filter: segments with a fit).
with

curves as (select * from {{ ref('int_survival_curves') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

residual_lifetimes as (select * from {{ ref('int_discounted_residual_lifetimes') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

bounded_curves as (

    select
        curves.survival_segment,
        curves.valuation_date,
        parameters.period_months,
        curves.period_number,
        curves.at_risk_count,
        curves.churn_count,
        curves.observed_survival_rate,
        curves.fitted_survival_rate,
        curves.fitted_log_survival,
        curves.survival_rate,
        -- The delta method: from parameter uncertainty to the standard error of the logarithm of survival.
        {{ var('interval_z_score') }}
        * sqrt({{ parameter_variance('curves.alpha_slope', 'curves.beta_slope', 'parameters') }}) as log_survival_error
    from curves
    inner join valuation_dates on curves.valuation_date = valuation_dates.valuation_date and valuation_dates.is_as_of
    inner join parameters
        on
            curves.valuation_date = parameters.valuation_date
            and curves.survival_segment = parameters.survival_segment

)

select
    bounded_curves.survival_segment,
    bounded_curves.valuation_date as as_of_date,
    bounded_curves.period_months,
    bounded_curves.period_number,
    bounded_curves.at_risk_count,
    bounded_curves.churn_count,
    bounded_curves.observed_survival_rate,
    bounded_curves.fitted_survival_rate,
    cast(exp(bounded_curves.fitted_log_survival - bounded_curves.log_survival_error) as {{ type_rate() }})
        as fitted_survival_low_rate,
    cast(least(exp(bounded_curves.fitted_log_survival + bounded_curves.log_survival_error), 1) as {{ type_rate() }})
        as fitted_survival_high_rate,
    bounded_curves.survival_rate,
    residual_lifetimes.discounted_residual_periods
from bounded_curves
left join residual_lifetimes
    on
        bounded_curves.survival_segment = residual_lifetimes.survival_segment
        and bounded_curves.period_number = residual_lifetimes.period_number
