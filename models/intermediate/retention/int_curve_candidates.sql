-- Grain: one row per valuation date and survival segment (filter: segments with a renewal).
with

age_hazards as (select * from {{ ref('int_age_hazards') }}),

fits as (select * from {{ ref('int_sbg_fits') }}),

segments as (

    select
        valuation_date,
        survival_segment,
        cast(sum(churn_count) as {{ type_double() }}) as churn_count,
        cast(sum(at_risk_count) as {{ type_double() }}) as renewal_count,
        count(*) as age_band_count,
        sum(log_likelihood) as by_age_log_likelihood,
        max(case when last_period_number is null then first_period_number end) as tail_period_number,
        max(case when last_period_number is null then churn_count end) as tail_churn_count
    from age_hazards
    group by valuation_date, survival_segment

),

-- Half a churn in one renewal more: where none has churned yet, the hazard is low and not 0.
constants as (

    select
        valuation_date,
        survival_segment,
        churn_count,
        renewal_count,
        tail_period_number,
        tail_churn_count,
        (churn_count + 0.5) / (renewal_count + 1) as constant_hazard_rate,
        case when age_band_count > 1 then by_age_log_likelihood - age_band_count end as by_age_score,
        churn_count * ln((churn_count + 0.5) / (renewal_count + 1))
        + (renewal_count - churn_count) * ln((renewal_count - churn_count + 0.5) / (renewal_count + 1)) - 1
            as constant_score
    from segments

),

-- Akaike's criterion: the log-likelihood, less one for each parameter. A fit that has not converged is no candidate.
scores as (

    select
        constants.valuation_date,
        constants.survival_segment,
        constants.churn_count,
        constants.renewal_count,
        constants.tail_period_number,
        constants.tail_churn_count,
        constants.constant_hazard_rate,
        constants.constant_score,
        constants.by_age_score,
        fits.log_likelihood - 2 as sbg_score
    from constants
    left join fits
        on
            constants.valuation_date = fits.valuation_date
            and constants.survival_segment = fits.survival_segment
            and fits.is_converged

),

likelihoods as (

    select
        valuation_date,
        survival_segment,
        churn_count,
        renewal_count,
        tail_period_number,
        tail_churn_count,
        constant_hazard_rate,
        constant_score,
        {%- set best = 'greatest(constant_score, coalesce(by_age_score, constant_score), '
            ~ 'coalesce(sbg_score, constant_score))' %}
        {%- for family in ['constant', 'by_age', 'sbg'] %}
        coalesce(exp(cast({{ family }}_score - {{ best }} as {{ type_double() }})), 0) as {{ family }}_likelihood
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from scores

)

select
    valuation_date,
    survival_segment,
    churn_count,
    renewal_count,
    tail_period_number,
    tail_churn_count,
    constant_hazard_rate,
    constant_score,
    {%- for family in ['constant', 'by_age', 'sbg'] %}
    {{ family }}_likelihood / (constant_likelihood + by_age_likelihood + sbg_likelihood) as {{ family }}_weight
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
from likelihoods
