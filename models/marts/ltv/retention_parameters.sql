-- Grain: one row per survival segment, as of the as-of day.
with

parameters as (select * from {{ ref('int_retention_parameters') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }})

select
    parameters.survival_segment,
    parameters.valuation_date as as_of_date,
    parameters.parent_survival_segment,
    parameters.curve_survival_segment,
    parameters.period_months,
    parameters.fit_method,
    parameters.alpha,
    parameters.beta,
    cast(sqrt(cast(parameters.alpha_variance as {{ type_double() }})) as {{ type_rate() }}) as ln_alpha_standard_error,
    cast(sqrt(cast(parameters.beta_variance as {{ type_double() }})) as {{ type_rate() }}) as ln_beta_standard_error,
    parameters.log_likelihood,
    parameters.is_converged,
    parameters.customer_count,
    cast(parameters.churn_count as {{ dbt.type_bigint() }}) as churn_count,
    cast(parameters.renewal_count as {{ dbt.type_bigint() }}) as renewal_count
from parameters
inner join valuation_dates on parameters.valuation_date = valuation_dates.valuation_date and valuation_dates.is_as_of
