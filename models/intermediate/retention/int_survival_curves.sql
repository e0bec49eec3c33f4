-- Grain: one row per valuation date, survival segment and period (filter: valuation dates with a renewal).
{%- set segment_curve = 'partition by valuation_date, survival_segment order by period_number asc' %}
with

hazards as (select * from {{ ref('int_segment_hazards') }}),

credibilities as (select * from {{ ref('int_curve_credibility') }}),

scaled_terms as (select * from {{ ref('int_scaled_terms') }}),

-- Retention of all customers over the same months of service, for terms and their segments alike.
weighted_hazards as (

    select
        hazards.valuation_date,
        hazards.survival_segment,
        hazards.parent_survival_segment,
        hazards.period_number,
        hazards.served_months,
        hazards.at_risk_count,
        hazards.churn_count,
        hazards.is_tail,
        coalesce(1 - hazards.hazard_rate, 1) as own_retention_rate,
        credibilities.credibility_weight,
        coalesce(scaled_terms.scaled_term_weight, 0) as scaled_term_weight,
        scaled_terms.term_hazard_ratio,
        exp(company_hazards.own_log_survival - coalesce(earlier_hazards.own_log_survival, 0)) as company_retention_rate
    from hazards
    inner join credibilities
        on
            hazards.valuation_date = credibilities.valuation_date
            and hazards.survival_segment = credibilities.survival_segment
    left join scaled_terms
        on
            hazards.valuation_date = scaled_terms.valuation_date
            and hazards.survival_segment = scaled_terms.survival_segment
    inner join hazards as company_hazards
        on
            hazards.valuation_date = company_hazards.valuation_date
            and hazards.served_months = company_hazards.served_months
            and company_hazards.parent_survival_segment is null
            and company_hazards.hazard_rate is not null
    left join hazards as earlier_hazards
        on
            hazards.valuation_date = earlier_hazards.valuation_date
            and earlier_hazards.parent_survival_segment is null
            and hazards.served_months - hazards.period_months = earlier_hazards.served_months

),

-- Each curve is its own as far as it is credible, and for the rest the parent's.
mixed_hazards as (

    select
        weighted_hazards.valuation_date,
        weighted_hazards.survival_segment,
        weighted_hazards.period_number,
        weighted_hazards.served_months,
        weighted_hazards.at_risk_count,
        weighted_hazards.churn_count,
        coalesce(terms.is_tail, weighted_hazards.is_tail) as is_tail,
        weighted_hazards.credibility_weight * (
            (1 - weighted_hazards.scaled_term_weight) * weighted_hazards.own_retention_rate
            + weighted_hazards.scaled_term_weight * coalesce(
                1 - least(weighted_hazards.term_hazard_ratio * (1 - terms.own_retention_rate), 0.999), 0
            )
        )
        + (1 - weighted_hazards.credibility_weight) * coalesce(
            terms.credibility_weight * terms.own_retention_rate
            + (1 - terms.credibility_weight) * terms.company_retention_rate,
            weighted_hazards.company_retention_rate
        ) as retention_rate
    from weighted_hazards
    left join weighted_hazards as terms
        on
            weighted_hazards.valuation_date = terms.valuation_date
            and weighted_hazards.parent_survival_segment = terms.survival_segment
            and weighted_hazards.period_number = terms.period_number
            and terms.parent_survival_segment is not null

),

curves as (

    select
        valuation_date,
        survival_segment,
        period_number,
        served_months,
        at_risk_count,
        churn_count,
        case
            -- Where all churn, the curve must still have a logarithm; where nobody is at risk nothing is observed.
            when at_risk_count is not null
                then
                    sum(ln(greatest(
                        1 - coalesce(cast(churn_count as {{ type_double() }}) / nullif(at_risk_count, 0), 0),
                        0.000000000001
                    ))) over ({{ segment_curve }})
        end as observed_log_survival,
        sum(ln(retention_rate)) over ({{ segment_curve }}) as log_survival,
        sum(is_tail * ln(retention_rate)) over ({{ segment_curve }}) as tail_log_survival,
        sum(1 - retention_rate) over ({{ segment_curve }}) as cumulative_hazard
    from mixed_hazards

)

select
    valuation_date,
    survival_segment,
    period_number,
    served_months,
    at_risk_count,
    churn_count,
    cast(exp(observed_log_survival) as {{ type_rate() }}) as observed_survival_rate,
    cast(exp(log_survival) as {{ type_rate() }}) as survival_rate,
    log_survival,
    tail_log_survival,
    cumulative_hazard
from curves
