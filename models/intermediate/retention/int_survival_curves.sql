-- Grain: one row per valuation date, survival segment and period (filter: segments with a fit).
with

parameters as (select * from {{ ref('int_retention_parameters') }}),

life_tables as (select * from {{ ref('int_retention_life_tables') }}),

numbers as ({{ numbers(2501) }}),

extents as (

    select
        valuation_date,
        survival_segment,
        max(period_number) as last_period_number
    from life_tables
    group by valuation_date, survival_segment

),

-- Each curve reaches as far as the expected value of its oldest customer needs it.
periods as (

    select
        parameters.valuation_date,
        parameters.survival_segment,
        parameters.period_months,
        numbers.n - 1 as period_number,
        cast(parameters.alpha as {{ type_double() }}) as alpha,
        cast(parameters.beta as {{ type_double() }}) as beta,
        -- What is left of the beta distribution at the renewal; period 0 is the start, without a renewal.
        case when numbers.n > 1 then cast(parameters.beta as {{ type_double() }}) + numbers.n - 2 end as stay_term,
        case
            when numbers.n > 1 then cast(parameters.alpha + parameters.beta as {{ type_double() }}) + numbers.n - 2
        end as total_term
    from parameters
    inner join extents
        on
            parameters.valuation_date = extents.valuation_date
            and parameters.survival_segment = extents.survival_segment
    inner join numbers
        on
            (numbers.n - 1) * parameters.period_months
            <= (extents.last_period_number + 2) * parameters.period_months + {{ var('ltv_horizon_months') }} + 120
    where parameters.alpha is not null

),

-- Of those who come to a renewal, the logarithm of the share that stays, observed and fitted.
retentions as (

    select
        periods.valuation_date,
        periods.survival_segment,
        periods.period_number,
        periods.period_number * periods.period_months as served_months,
        life_tables.at_risk_count,
        life_tables.churn_count,
        coalesce(ln(periods.stay_term / periods.total_term), 0) as fitted_log_retention,
        case
            -- Where all churn, the curve must still have a logarithm.
            when life_tables.at_risk_count is not null
                then
                    ln(greatest(
                        1 - cast(life_tables.churn_count as {{ type_double() }}) / life_tables.at_risk_count,
                        0.000000000001
                    ))
        end as observed_log_retention,
        coalesce(-periods.alpha / periods.total_term, 0) as alpha_slope,
        coalesce(periods.beta / periods.stay_term - periods.beta / periods.total_term, 0) as beta_slope
    from periods
    left join life_tables
        on
            periods.valuation_date = life_tables.valuation_date
            and periods.survival_segment = life_tables.survival_segment
            and periods.period_number = life_tables.period_number

),

curves as (

    select
        valuation_date,
        survival_segment,
        period_number,
        served_months,
        at_risk_count,
        churn_count,
        case when at_risk_count is not null then sum(observed_log_retention) over segment_curve end
            as observed_log_survival,
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
    from retentions
    window segment_curve as (partition by valuation_date, survival_segment order by period_number asc)

)

select
    valuation_date,
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
