-- Grain: one row per valuation date, survival segment and period.
with

life_tables as (select * from {{ ref('int_retention_life_tables') }}),

candidates as (select * from {{ ref('int_curve_candidates') }}),

age_hazards as (select * from {{ ref('int_age_hazards') }}),

fits as (select * from {{ ref('int_sbg_fits') }}),

numbers as ({{ numbers(2501) }}),

segments as (

    select
        valuation_date,
        survival_segment,
        parent_survival_segment,
        period_months,
        -- All curves of a day reach as far as the expected value of its oldest customer needs it.
        max((max(period_number) + 2) * period_months) over (partition by valuation_date)
        + {{ var('ltv_horizon_months') }} + 120 as last_served_months
    from life_tables
    group by valuation_date, survival_segment, parent_survival_segment, period_months

),

periods as (

    select
        segments.valuation_date,
        segments.survival_segment,
        segments.parent_survival_segment,
        segments.period_months,
        numbers.n - 1 as period_number,
        (numbers.n - 1) * segments.period_months as served_months,
        fits.ln_alpha,
        fits.ln_beta
    from segments
    inner join numbers on segments.last_served_months >= (numbers.n - 1) * segments.period_months
    left join fits
        on
            segments.valuation_date = fits.valuation_date
            and segments.survival_segment = fits.survival_segment
            and fits.is_converged

),

-- The candidates' hazards at each renewal, weighted by how well they describe what was observed.
hazards as (

    select
        periods.valuation_date,
        periods.survival_segment,
        periods.parent_survival_segment,
        periods.period_months,
        periods.period_number,
        periods.served_months,
        life_tables.at_risk_count,
        life_tables.churn_count,
        case when periods.period_number >= candidates.tail_period_number then 1 else 0 end as is_tail,
        case
            when periods.period_number = 0 then 0
            when candidates.survival_segment is not null then least(
                    candidates.constant_weight * candidates.constant_hazard_rate
                    + candidates.by_age_weight * age_hazards.hazard_rate
                    + candidates.sbg_weight * coalesce(
                        exp(periods.ln_alpha)
                        / (exp(periods.ln_alpha) + exp(periods.ln_beta) + periods.period_number - 1), 0
                    ), 0.999
                )
        end as hazard_rate
    from periods
    left join candidates
        on
            periods.valuation_date = candidates.valuation_date
            and periods.survival_segment = candidates.survival_segment
    left join age_hazards
        on
            periods.valuation_date = age_hazards.valuation_date
            and periods.survival_segment = age_hazards.survival_segment
            and periods.period_number >= age_hazards.first_period_number
            and periods.period_number <= coalesce(age_hazards.last_period_number, periods.period_number)
    left join life_tables
        on
            periods.valuation_date = life_tables.valuation_date
            and periods.survival_segment = life_tables.survival_segment
            and periods.period_number = life_tables.period_number

)

select
    valuation_date,
    survival_segment,
    parent_survival_segment,
    period_months,
    period_number,
    served_months,
    at_risk_count,
    churn_count,
    hazard_rate,
    sum(ln(1 - hazard_rate)) over (
        partition by valuation_date, survival_segment order by period_number asc
    ) as own_log_survival,
    is_tail
from hazards
