-- Grain: one row per valuation date and survival segment.
with

life_tables as (select * from {{ ref('int_retention_life_tables') }}),

fits as (select * from {{ ref('int_sbg_fits') }}),

scaled_terms as (select * from {{ ref('int_scaled_terms') }}),

candidates as (select * from {{ ref('int_curve_candidates') }}),

credibilities as (

    select
        valuation_date,
        survival_segment,
        parent_survival_segment,
        credibility_weight,
        -- The relative variance of the level of the hazards, where it is the segment's own: one over its churns.
        case
            when parent_survival_segment is null then 1 / cast(churn_count + 0.5 as {{ type_double() }})
            else coalesce(credibility_weight / nullif(expected_churn_count, 0), 0)
        end as own_variance
    from {{ ref('int_curve_credibility') }}

),

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

)

select
    segments.valuation_date,
    segments.survival_segment,
    segments.parent_survival_segment,
    segments.period_months,
    segments.customer_count,
    segments.churn_count,
    segments.renewal_count,
    case
        when candidates.survival_segment is null then 'parent'
        when scaled_terms.scaled_term_weight >= 0.5 then 'scaled_term'
        -- What is equal to the eighth place is equal on every engine.
        when
            {{ as_rate('candidates.sbg_weight - greatest(candidates.by_age_weight, candidates.constant_weight)') }} >= 0
            then 'sbg'
        when {{ as_rate('candidates.by_age_weight - candidates.constant_weight') }} >= 0 then 'by_age'
        else 'constant'
    end as fit_method,
    case
        when segments.renewal_count = 0 then 'no_renewals'
        when segments.churn_count = 0 then 'no_churns'
        when fits.survival_segment is not null then 'converged'
        else 'not_converged'
    end as fit_status,
    {%- for family in ['constant', 'by_age', 'sbg'] %}
    cast(
        candidates.{{ family }}_weight * (1 - coalesce(scaled_terms.scaled_term_weight, 0)) as {{ type_rate() }}
    ) as {{ family }}_weight,
    {%- endfor %}
    cast(scaled_terms.scaled_term_weight as {{ type_rate() }}) as scaled_term_weight,
    cast(credibilities.credibility_weight as {{ type_rate() }}) as credibility_weight,
    cast(candidates.constant_hazard_rate as {{ type_rate() }}) as constant_hazard_rate,
    fits.alpha,
    fits.beta,
    cast(fits.log_likelihood as {{ type_rate() }}) as log_likelihood,
    fits.alpha_variance,
    fits.beta_variance,
    fits.alpha_beta_covariance,
    credibilities.own_variance,
    -- And of what it shares with the others of its parent.
    coalesce(
        parents.own_variance
        + coalesce((1 - parents.credibility_weight) * (1 - parents.credibility_weight) * companies.own_variance, 0), 0
    ) as shared_variance,
    1 / cast(
        coalesce(parent_candidates.tail_churn_count, candidates.tail_churn_count, 0) + 0.5 as {{ type_double() }}
    ) as tail_variance
from segments
inner join credibilities
    on
        segments.valuation_date = credibilities.valuation_date
        and segments.survival_segment = credibilities.survival_segment
left join candidates
    on
        segments.valuation_date = candidates.valuation_date
        and segments.survival_segment = candidates.survival_segment
left join scaled_terms
    on
        segments.valuation_date = scaled_terms.valuation_date
        and segments.survival_segment = scaled_terms.survival_segment
left join fits
    on
        segments.valuation_date = fits.valuation_date
        and segments.survival_segment = fits.survival_segment
        and fits.is_converged
left join credibilities as parents
    on
        segments.valuation_date = parents.valuation_date
        and segments.parent_survival_segment = parents.survival_segment
left join credibilities as companies
    on
        segments.valuation_date = companies.valuation_date
        and parents.parent_survival_segment = companies.survival_segment
left join candidates as parent_candidates
    on
        segments.valuation_date = parent_candidates.valuation_date
        and segments.parent_survival_segment = parent_candidates.survival_segment
        and segments.parent_survival_segment <> 'all'
