-- Grain: one row per valuation date, survival segment and price band (filter: bands with spells).
with

exposures as (select * from {{ ref('int_retention_exposures') }}),

curves as (select * from {{ ref('int_survival_curves') }}),

spell_counts as (

    select
        valuation_date,
        term_name,
        survival_segment,
        price_band,
        renewal_count,
        unrecorded_renewal_count,
        greatest(earlier_renewal_count, unrecorded_renewal_count) as earlier_renewal_count,
        count(*) as spell_count,
        sum(case when is_churned then 1 else 0 end) as churn_count,
        sum(case when is_churned and renewal_count > earlier_renewal_count then 1 else 0 end) as recent_churn_count
    from exposures
    group by
        valuation_date,
        term_name,
        survival_segment,
        price_band,
        renewal_count,
        unrecorded_renewal_count,
        greatest(earlier_renewal_count, unrecorded_renewal_count)

)

-- Each renewal that a spell has come to since churn is recorded brings the hazard that the term's curve has there.
select
    spell_counts.valuation_date,
    spell_counts.term_name,
    spell_counts.survival_segment,
    spell_counts.price_band,
    cast(sum(spell_counts.churn_count) as {{ type_double() }}) as churn_count,
    sum(spell_counts.spell_count * (curves.cumulative_hazard - unrecorded_curves.cumulative_hazard))
        as expected_churn_count,
    cast(sum(spell_counts.recent_churn_count) as {{ type_double() }}) as recent_churn_count,
    sum(spell_counts.spell_count * (curves.cumulative_hazard - earlier_curves.cumulative_hazard))
        as recent_expected_churn_count
from spell_counts
inner join curves
    on
        spell_counts.valuation_date = curves.valuation_date
        and spell_counts.term_name = curves.survival_segment
        and spell_counts.renewal_count = curves.period_number
inner join curves as unrecorded_curves
    on
        spell_counts.valuation_date = unrecorded_curves.valuation_date
        and spell_counts.term_name = unrecorded_curves.survival_segment
        and spell_counts.unrecorded_renewal_count = unrecorded_curves.period_number
inner join curves as earlier_curves
    on
        spell_counts.valuation_date = earlier_curves.valuation_date
        and spell_counts.term_name = earlier_curves.survival_segment
        and spell_counts.earlier_renewal_count = earlier_curves.period_number
group by spell_counts.valuation_date, spell_counts.term_name, spell_counts.survival_segment, spell_counts.price_band
