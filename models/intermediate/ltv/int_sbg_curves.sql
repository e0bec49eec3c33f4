-- Grain: one row per survival segment and renewal, as of the as-of day (filter: segments whose fit has converged).
{%- set segment_curve = 'partition by current_parameters.survival_segment order by numbers.n asc' %}
with

parameters as (select * from {{ ref('int_retention_parameters') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

curves as (select * from {{ ref('int_survival_curves') }}),

numbers as (

    {{ numbers(3000) }}

),

current_parameters as (

    select
        parameters.valuation_date,
        parameters.survival_segment,
        cast(parameters.alpha as {{ type_double() }}) as alpha,
        cast(parameters.beta as {{ type_double() }}) as beta,
        ln(1 + cast({{ var('annual_discount_rate') }} as {{ type_double() }})) * parameters.period_months / 12
            as period_discount
    from parameters
    inner join valuation_dates on parameters.valuation_date = valuation_dates.valuation_date
    where parameters.alpha is not null and valuation_dates.is_as_of

),

fitted_survivals as (

    select
        current_parameters.valuation_date,
        current_parameters.survival_segment,
        numbers.n as period_number,
        current_parameters.period_discount,
        sum(
            ln(
                (current_parameters.beta + numbers.n - 1)
                / (current_parameters.alpha + current_parameters.beta + numbers.n - 1)
            )
        ) over ({{ segment_curve }}) as log_survival,
        -- How the logarithm of survival moves with ln(alpha) and ln(beta), for the delta method.
        sum(-current_parameters.alpha / (current_parameters.alpha + current_parameters.beta + numbers.n - 1))
            over ({{ segment_curve }}) as alpha_slope,
        sum(
            current_parameters.beta / (current_parameters.beta + numbers.n - 1)
            - current_parameters.beta / (current_parameters.alpha + current_parameters.beta + numbers.n - 1)
        ) over ({{ segment_curve }}) as beta_slope
    from current_parameters
    -- Far enough for any discount, near enough for exp().
    inner join numbers on numbers.n * current_parameters.period_discount < 600

),

residual_lifetimes as (

    select
        valuation_date,
        survival_segment,
        period_number,
        log_survival,
        alpha_slope,
        beta_slope,
        sum(exp(log_survival - period_discount * period_number)) over (
            partition by survival_segment order by period_number desc
        ) as later_survivals,
        lag(log_survival, 1, 0) over (partition by survival_segment order by period_number asc)
        - period_discount * period_number as log_survival_before
    from fitted_survivals

)

select
    residual_lifetimes.survival_segment,
    residual_lifetimes.period_number,
    residual_lifetimes.log_survival as fitted_log_survival,
    residual_lifetimes.alpha_slope,
    residual_lifetimes.beta_slope,
    -- Fader and Hardie (2010): the expected number of future renewals, discounted to this one.
    {{ rate('residual_lifetimes.later_survivals', 'exp(residual_lifetimes.log_survival_before)') }}
        as discounted_residual_periods
from residual_lifetimes
inner join curves
    on
        residual_lifetimes.valuation_date = curves.valuation_date
        and residual_lifetimes.survival_segment = curves.survival_segment
        and residual_lifetimes.period_number = curves.period_number
