-- Grain: one row per valuation date and survival segment.
{%- set siblings = 'partition by valuation_date, parent_survival_segment' %}
with

hazards as (select * from {{ ref('int_segment_hazards') }}),

-- Churns that the parent's hazards would have brought among the renewals of the segment.
expectations as (

    select
        hazards.valuation_date,
        hazards.survival_segment,
        hazards.parent_survival_segment,
        cast(sum(case when hazards.period_number > 0 then hazards.churn_count else 0 end) as {{ type_double() }})
            as churn_count,
        coalesce(
            sum(
                case when hazards.period_number > 0 then hazards.at_risk_count end
                * (1 - exp(parents.own_log_survival - earlier_parents.own_log_survival))
            ), 0
        ) as expected_churn_count
    from hazards
    left join hazards as parents
        on
            hazards.valuation_date = parents.valuation_date
            and hazards.parent_survival_segment = parents.survival_segment
            and hazards.served_months = parents.served_months
    left join hazards as earlier_parents
        on
            hazards.valuation_date = earlier_parents.valuation_date
            and hazards.parent_survival_segment = earlier_parents.survival_segment
            and hazards.served_months - hazards.period_months = earlier_parents.served_months
    where hazards.at_risk_count is not null
    group by hazards.valuation_date, hazards.survival_segment, hazards.parent_survival_segment

),

-- The expectations of siblings are scaled to their churns: the parent's level is known, how they differ is asked.
scaled_expectations as (

    select
        valuation_date,
        survival_segment,
        parent_survival_segment,
        churn_count,
        coalesce(
            expected_churn_count * sum(churn_count) over ({{ siblings }})
            / nullif(sum(expected_churn_count) over ({{ siblings }}), 0), 0
        ) as expected_churn_count
    from expectations

),

-- DerSimonian and Laird (1986): the variance between the siblings' ratios of churns to expected ones beyond chance.
variances as (

    select
        valuation_date,
        parent_survival_segment,
        greatest(
            sum(power(churn_count - expected_churn_count, 2) / expected_churn_count) - (count(*) - 1), 0
        ) / nullif(
            sum(expected_churn_count)
            - sum(expected_churn_count * expected_churn_count) / sum(expected_churn_count), 0
        ) as ratio_variance
    from scaled_expectations
    where expected_churn_count > 0
    group by valuation_date, parent_survival_segment

)

select
    scaled_expectations.valuation_date,
    scaled_expectations.survival_segment,
    scaled_expectations.parent_survival_segment,
    scaled_expectations.churn_count,
    scaled_expectations.expected_churn_count,
    -- How much of its curve is the segment's own: all has no parent, and terms are too few to say how they differ.
    cast(case
        when scaled_expectations.parent_survival_segment is null then 1
        when scaled_expectations.parent_survival_segment = 'all'
            then
                scaled_expectations.expected_churn_count
                / (scaled_expectations.expected_churn_count + {{ var('term_prior_churns') }})
        else
            coalesce(
                variances.ratio_variance * scaled_expectations.expected_churn_count
                / (1 + variances.ratio_variance * scaled_expectations.expected_churn_count), 0
            )
    end as {{ type_rate() }}) as credibility_weight
from scaled_expectations
left join variances
    on
        scaled_expectations.valuation_date = variances.valuation_date
        and scaled_expectations.parent_survival_segment = variances.parent_survival_segment
