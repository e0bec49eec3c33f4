-- Grain: one row per valuation date, survival segment and price band (filter: bands with spells).
{%- set segment_bands = 'partition by churn_expectations.valuation_date, churn_expectations.survival_segment' %}
with

churn_expectations as (select * from {{ ref('int_churn_expectations') }}),

credibilities as (select * from {{ ref('int_curve_credibility') }}),

bands as (

    select
        valuation_date,
        term_name,
        price_band - 3 as price_step,
        sum(expected_churn_count) as weight,
        ln((sum(churn_count) + 0.5) / (sum(expected_churn_count) + 0.5)) as log_ratio,
        sum(churn_count) as churn_count,
        sum(recent_churn_count) as recent_churn_count,
        sum(recent_expected_churn_count) as recent_expected_churn_count
    from churn_expectations
    group by valuation_date, term_name, price_band

),

-- A line through the logarithms of the bands' ratios of churns to expected ones, each weighted by what was expected.
terms as (

    select
        valuation_date,
        term_name,
        sum(weight * price_step) / nullif(sum(weight), 0) as mean_price_step,
        nullif(
            sum(weight * price_step * price_step)
            - sum(weight * price_step) * sum(weight * price_step) / nullif(sum(weight), 0), 0
        ) as information,
        sum(weight * price_step * log_ratio)
        - sum(weight * price_step) * sum(weight * log_ratio) / nullif(sum(weight), 0) as covariance,
        sum(recent_churn_count) as recent_churn_count,
        nullif(sum(recent_expected_churn_count), 0) as recent_expected_churn_count,
        -- Of the difference: chance in the last months, and how well the curve itself is known.
        nullif(
            sum(recent_expected_churn_count) * (1 + sum(recent_expected_churn_count) / (sum(churn_count) + 0.5)), 0
        ) as recent_variance
    from bands
    group by valuation_date, term_name

),

-- Both count as far as they are beyond chance: by the square of their z-score.
factors as (

    select
        valuation_date,
        term_name,
        mean_price_step,
        coalesce(
            covariance / information * greatest(1 - 2 / nullif(covariance * covariance / information, 0), 0), 0
        ) as price_slope,
        coalesce(
            1 + (recent_churn_count / recent_expected_churn_count - 1) * greatest(
                1 - {{ var('recent_churn_z_score') }} * {{ var('recent_churn_z_score') }}
                * recent_variance / nullif(power(recent_churn_count - recent_expected_churn_count, 2), 0), 0
            ), 1
        ) as recent_churn_factor
    from terms

),

-- A segment's own curve knows the prices of the segment, its parent's those of the term.
price_factors as (

    select
        churn_expectations.valuation_date,
        churn_expectations.term_name,
        churn_expectations.survival_segment,
        churn_expectations.price_band,
        churn_expectations.expected_churn_count,
        factors.recent_churn_factor,
        exp(factors.price_slope * (
            churn_expectations.price_band - 3
            - credibilities.credibility_weight * coalesce(
                sum(churn_expectations.expected_churn_count * (churn_expectations.price_band - 3))
                    over ({{ segment_bands }})
                / nullif(sum(churn_expectations.expected_churn_count) over ({{ segment_bands }}), 0), 0
            )
            - (1 - credibilities.credibility_weight) * coalesce(factors.mean_price_step, 0)
        )) as price_factor
    from churn_expectations
    inner join factors
        on
            churn_expectations.valuation_date = factors.valuation_date
            and churn_expectations.term_name = factors.term_name
    inner join credibilities
        on
            churn_expectations.valuation_date = credibilities.valuation_date
            and churn_expectations.survival_segment = credibilities.survival_segment

)

select
    valuation_date,
    survival_segment,
    price_band,
    cast(recent_churn_factor as {{ type_rate() }}) as recent_churn_factor,
    -- Prices tell who churns, not how many: over all bands together the factors change nothing.
    cast(
        recent_churn_factor * price_factor
        * coalesce(
            sum(expected_churn_count) over (partition by valuation_date, term_name)
            / nullif(sum(expected_churn_count * price_factor) over (partition by valuation_date, term_name), 0), 1
        ) as {{ type_rate() }}
    ) as hazard_ratio
from price_factors
