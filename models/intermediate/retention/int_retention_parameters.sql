-- Grain: one row per valuation date and survival segment.
with

life_tables as (select * from {{ ref('int_retention_life_tables') }}),

fits as (select * from {{ ref('int_sbg_fits') }}),

segments as (

    select
        valuation_date,
        survival_segment,
        parent_survival_segment,
        period_months,
        customer_count,
        sum(churn_count) as churn_count,
        sum(case when period_number > 0 then at_risk_count else 0 end) as renewal_count
    from life_tables
    group by valuation_date, survival_segment, parent_survival_segment, period_months, customer_count

),

ranked_fits as (

    select
        valuation_date,
        survival_segment,
        fit_method,
        alpha,
        beta,
        log_likelihood,
        is_converged,
        alpha_variance,
        beta_variance,
        alpha_beta_covariance,
        row_number() over (partition by valuation_date, survival_segment order by fit_method asc) as preference
    from fits
    -- Maximum likelihood comes first, where it is certain enough.
    where
        fit_method = 'penalised'
        or (
            is_converged
            and alpha_variance <= {{ var('max_ln_alpha_error') }} * {{ var('max_ln_alpha_error') }}
        )

)

select
    segments.valuation_date,
    segments.survival_segment,
    segments.parent_survival_segment,
    segments.period_months,
    case
        when segments.parent_survival_segment = 'all'
            then case when segments.renewal_count > 0 then segments.survival_segment else 'all' end
        when segments.churn_count >= {{ var('min_segment_churns') }} then segments.survival_segment
        when parents.renewal_count > 0 then segments.parent_survival_segment
        else 'all'
    end as curve_survival_segment,
    segments.customer_count,
    segments.churn_count,
    segments.renewal_count,
    ranked_fits.fit_method,
    ranked_fits.alpha,
    ranked_fits.beta,
    ranked_fits.log_likelihood,
    coalesce(ranked_fits.is_converged, false) as is_converged,
    ranked_fits.alpha_variance,
    ranked_fits.beta_variance,
    ranked_fits.alpha_beta_covariance
from segments
left join segments as parents
    on
        segments.valuation_date = parents.valuation_date
        and segments.parent_survival_segment = parents.survival_segment
left join ranked_fits
    on
        segments.valuation_date = ranked_fits.valuation_date
        and segments.survival_segment = ranked_fits.survival_segment
        and ranked_fits.preference = 1
