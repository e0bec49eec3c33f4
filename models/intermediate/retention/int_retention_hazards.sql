-- Grain: one row per cutoff, segment with a fit and period: the logarithm of the share that stays, observed and fitted.
with

parameters as (select * from {{ ref('int_retention_parameters') }}),

life_tables as (select * from {{ ref('int_retention_life_tables') }}),

numbers as (

    {{ numbers(2501) }}

),

extents as (

    select
        cutoff_date,
        survival_segment,
        max(period_number) as last_period_number
    from life_tables
    group by cutoff_date, survival_segment

),

-- Each curve reaches as far as its oldest customer can be looked ahead for.
periods as (

    select
        parameters.cutoff_date,
        parameters.survival_segment,
        parameters.period_months,
        numbers.n - 1 as period_number,
        cast(parameters.alpha as {{ type_double() }}) as alpha,
        cast(parameters.beta as {{ type_double() }}) as beta,
        -- What is left of the beta distribution at the renewal; period 0 is the start, at which nobody leaves.
        case when numbers.n > 1 then cast(parameters.beta as {{ type_double() }}) + numbers.n - 2 end as stay_term,
        case
            when numbers.n > 1 then cast(parameters.alpha + parameters.beta as {{ type_double() }}) + numbers.n - 2
        end as total_term
    from parameters
    inner join extents
        on
            parameters.cutoff_date = extents.cutoff_date
            and parameters.survival_segment = extents.survival_segment
    inner join numbers
        on
            (numbers.n - 1) * parameters.period_months
            <= (extents.last_period_number + 2) * parameters.period_months + {{ var('ltv_horizon_months') }} + 120
    where parameters.alpha is not null

)

select
    periods.cutoff_date,
    periods.survival_segment,
    periods.period_number,
    periods.period_number * periods.period_months as served_months,
    life_tables.at_risk_count,
    life_tables.churn_count,
    cast(periods.stay_term / periods.total_term as {{ type_rate() }}) as fitted_retention_rate,
    coalesce(ln(periods.stay_term / periods.total_term), 0) as fitted_log_retention,
    case
        when periods.period_number = 0 then 0
        -- Where all leave, the curve must still have a logarithm.
        when life_tables.at_risk_count > 0
            then
                ln(greatest(
                    1 - cast(life_tables.churn_count as {{ type_double() }}) / life_tables.at_risk_count, 0.000000000001
                ))
    end as observed_log_retention,
    coalesce(-periods.alpha / periods.total_term, 0) as alpha_slope,
    coalesce(periods.beta / periods.stay_term - periods.beta / periods.total_term, 0) as beta_slope
from periods
left join life_tables
    on
        periods.cutoff_date = life_tables.cutoff_date
        and periods.survival_segment = life_tables.survival_segment
        and periods.period_number = life_tables.period_number
