-- Grain: one row per valuation date and survival segment (filter: segments of a term, with renewals).
{%- set segment_renewals = 'partition by valuation_date, survival_segment' %}
with

hazards as (select * from {{ ref('int_segment_hazards') }}),

candidates as (select * from {{ ref('int_curve_candidates') }}),

renewals as (

    select
        hazards.valuation_date,
        hazards.survival_segment,
        cast(hazards.churn_count as {{ type_double() }}) as churn_count,
        cast(hazards.at_risk_count as {{ type_double() }}) as at_risk_count,
        terms.hazard_rate as term_hazard_rate
    from hazards
    inner join hazards as terms
        on
            hazards.valuation_date = terms.valuation_date
            and hazards.parent_survival_segment = terms.survival_segment
            and hazards.period_number = terms.period_number
    where terms.parent_survival_segment is not null and hazards.period_number > 0 and hazards.at_risk_count > 0

),

-- The hazards of the term in another proportion: one parameter, as a constant hazard has, that keeps the term's shape.
scaled_hazards as (

    select
        valuation_date,
        survival_segment,
        churn_count,
        at_risk_count,
        term_hazard_rate,
        (sum(churn_count) over ({{ segment_renewals }}) + 0.5)
        / (sum(at_risk_count * term_hazard_rate) over ({{ segment_renewals }}) + 0.5) as term_hazard_ratio
    from renewals

),

scores as (

    select
        valuation_date,
        survival_segment,
        term_hazard_ratio,
        sum(
            churn_count * ln(greatest(least(term_hazard_ratio * term_hazard_rate, 0.999), 0.000000001))
            + (at_risk_count - churn_count) * ln(1 - least(term_hazard_ratio * term_hazard_rate, 0.999))
        ) - 1 as score
    from scaled_hazards
    group by valuation_date, survival_segment, term_hazard_ratio

)

-- Beside the other candidates: as likely as the constant hazard's weight and how much better than it this one explains.
select
    scores.valuation_date,
    scores.survival_segment,
    cast(scores.term_hazard_ratio as {{ type_rate() }}) as term_hazard_ratio,
    cast(
        1 - 1 / (
            1 + candidates.constant_weight
            * exp(cast(least(scores.score - candidates.constant_score, 300) as {{ type_double() }}))
        ) as {{ type_rate() }}
    ) as scaled_term_weight
from scores
inner join candidates
    on
        scores.valuation_date = candidates.valuation_date
        and scores.survival_segment = candidates.survival_segment
