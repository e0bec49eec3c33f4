-- Grain: one row per survival segment, as of the as-of day.
with

parameters as (select * from {{ ref('int_retention_parameters') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

churn_recording as (select * from {{ ref('int_churn_recording') }}),

hazard_ratios as (

    select
        valuation_date,
        survival_segment,
        min(hazard_ratio) as lowest_hazard_ratio,
        max(hazard_ratio) as highest_hazard_ratio,
        max(recent_churn_factor) as recent_churn_factor
    from {{ ref('int_hazard_ratios') }}
    group by valuation_date, survival_segment

)

select
    parameters.survival_segment,
    parameters.valuation_date as as_of_date,
    parameters.parent_survival_segment,
    parameters.period_months,
    parameters.fit_method,
    parameters.fit_status,
    parameters.constant_weight,
    parameters.by_age_weight,
    parameters.sbg_weight,
    parameters.scaled_term_weight,
    parameters.credibility_weight,
    parameters.constant_hazard_rate,
    parameters.alpha,
    parameters.beta,
    cast(sqrt(cast(parameters.alpha_variance as {{ type_double() }})) as {{ type_rate() }}) as ln_alpha_standard_error,
    cast(sqrt(cast(parameters.beta_variance as {{ type_double() }})) as {{ type_rate() }}) as ln_beta_standard_error,
    parameters.log_likelihood,
    churn_recording.churn_recorded_since_date,
    hazard_ratios.recent_churn_factor,
    hazard_ratios.lowest_hazard_ratio,
    hazard_ratios.highest_hazard_ratio,
    parameters.customer_count,
    cast(parameters.churn_count as {{ dbt.type_bigint() }}) as churn_count,
    cast(parameters.renewal_count as {{ dbt.type_bigint() }}) as renewal_count
from parameters
inner join valuation_dates on parameters.valuation_date = valuation_dates.valuation_date and valuation_dates.is_as_of
inner join churn_recording on parameters.valuation_date = churn_recording.valuation_date
left join hazard_ratios
    on
        parameters.valuation_date = hazard_ratios.valuation_date
        and parameters.survival_segment = hazard_ratios.survival_segment
