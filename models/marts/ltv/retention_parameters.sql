-- Grain: one row per survival segment, as of the as-of day.
with

parameters as (select * from {{ ref('int_retention_parameters') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

churn_recording as (select * from {{ ref('int_churn_recording') }}),

hazard_ratios as (select * from {{ ref('int_hazard_ratios') }}),

-- Of a segment, and of the term with all its segments.
ratio_bounds as (
    {% for segment in ['survival_segment', 'parent_survival_segment'] %}
    select
        parameters.valuation_date,
        parameters.{{ segment }}{{ ' as survival_segment' if not loop.first }},
        min(hazard_ratios.hazard_ratio) as lowest_hazard_ratio,
        max(hazard_ratios.hazard_ratio) as highest_hazard_ratio,
        max(hazard_ratios.recent_churn_factor) as recent_churn_factor
    from parameters
    inner join hazard_ratios
        on
            parameters.valuation_date = hazard_ratios.valuation_date
            and parameters.survival_segment = hazard_ratios.survival_segment
    group by parameters.valuation_date, parameters.{{ segment }}
    {% if not loop.last %} union all {% endif %}
    {%- endfor %}
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
    ratio_bounds.recent_churn_factor,
    ratio_bounds.lowest_hazard_ratio,
    ratio_bounds.highest_hazard_ratio,
    parameters.customer_count,
    cast(parameters.churn_count as {{ dbt.type_bigint() }}) as churn_count,
    cast(parameters.renewal_count as {{ dbt.type_bigint() }}) as renewal_count
from parameters
inner join valuation_dates on parameters.valuation_date = valuation_dates.valuation_date and valuation_dates.is_as_of
inner join churn_recording on parameters.valuation_date = churn_recording.valuation_date
left join ratio_bounds
    on
        parameters.valuation_date = ratio_bounds.valuation_date
        and parameters.survival_segment = ratio_bounds.survival_segment
