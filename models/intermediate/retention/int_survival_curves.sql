-- Grain: one row per cutoff, segment with a fit and period: survival as observed, as fitted, and as it is used.
with

hazards as (select * from {{ ref('int_retention_hazards') }}),

curves as (

    select
        cutoff_date,
        survival_segment,
        period_number,
        served_months,
        at_risk_count,
        churn_count,
        case when at_risk_count > 0 then sum(observed_log_retention) over segment_curve end as observed_log_survival,
        sum(fitted_log_retention) over segment_curve as fitted_log_survival,
        -- Kaplan-Meier where enough customers came to the renewal, the fitted tail beyond.
        sum(
            case
                when at_risk_count >= {{ var('min_observed_customers') }} then observed_log_retention
                else fitted_log_retention
            end
        ) over segment_curve as log_survival,
        sum(alpha_slope) over segment_curve as alpha_slope,
        sum(beta_slope) over segment_curve as beta_slope
    from hazards
    window segment_curve as (partition by cutoff_date, survival_segment order by period_number asc)

)

select
    cutoff_date,
    survival_segment,
    period_number,
    served_months,
    at_risk_count,
    churn_count,
    cast(exp(observed_log_survival) as {{ type_rate() }}) as observed_survival_rate,
    cast(exp(fitted_log_survival) as {{ type_rate() }}) as fitted_survival_rate,
    cast(exp(log_survival) as {{ type_rate() }}) as survival_rate,
    log_survival,
    fitted_log_survival,
    alpha_slope,
    beta_slope
from curves
