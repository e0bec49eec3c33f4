-- Grain: one row per survival segment and renewal, from 0, the start (filter: companies with a renewal).
with

curves as (select * from {{ ref('int_survival_curves') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

sbg_curves as (select * from {{ ref('int_sbg_curves') }}),

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
        curves.survival_rate,
        curves.log_survival,
        sbg_curves.discounted_residual_periods,
        case
            when curves.period_number = 0 and parameters.alpha is not null then 0
            else sbg_curves.fitted_log_survival
        end as fitted_log_survival,
        -- The delta method: from parameter uncertainty to the standard error of the logarithm of survival.
        {{ var('interval_z_score') }} * coalesce(
            sqrt(greatest(
                sbg_curves.alpha_slope * sbg_curves.alpha_slope
                * cast(parameters.alpha_variance as {{ type_double() }})
                + sbg_curves.beta_slope * sbg_curves.beta_slope
                * cast(parameters.beta_variance as {{ type_double() }})
                + 2 * sbg_curves.alpha_slope * sbg_curves.beta_slope
                * cast(parameters.alpha_beta_covariance as {{ type_double() }}), 0
            )), 0
        ) as fitted_log_survival_error,
        {{ var('interval_z_score') }} * sqrt(
            curves.log_survival * curves.log_survival * {{ level_variance('parameters') }}
            + curves.tail_log_survival * curves.tail_log_survival * parameters.tail_variance
        ) as log_survival_error
    from curves
    inner join valuation_dates on curves.valuation_date = valuation_dates.valuation_date and valuation_dates.is_as_of
    inner join parameters
        on
            curves.valuation_date = parameters.valuation_date
            and curves.survival_segment = parameters.survival_segment
    left join sbg_curves
        on
            curves.survival_segment = sbg_curves.survival_segment
            and curves.period_number = sbg_curves.period_number

)

select
    survival_segment,
    valuation_date as as_of_date,
    period_months,
    period_number,
    at_risk_count,
    churn_count,
    observed_survival_rate,
    cast(exp(fitted_log_survival) as {{ type_rate() }}) as fitted_survival_rate,
    cast(exp(fitted_log_survival - fitted_log_survival_error) as {{ type_rate() }}) as fitted_survival_low_rate,
    case
        when fitted_log_survival is not null
            then cast(least(exp(fitted_log_survival + fitted_log_survival_error), 1) as {{ type_rate() }})
    end as fitted_survival_high_rate,
    survival_rate,
    cast(exp(log_survival - log_survival_error) as {{ type_rate() }}) as survival_low_rate,
    cast(least(exp(log_survival + log_survival_error), 1) as {{ type_rate() }}) as survival_high_rate,
    discounted_residual_periods
from bounded_curves
