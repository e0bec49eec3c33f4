-- Grain: one row per cohort dimension and value (filter: cohorts with active customers).
with

cohort_members as (select * from {{ ref('int_cohort_members') }}),

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

level_drift as (select * from {{ ref('int_level_drift') }}),

segment_totals as (

    select
        cohort_members.cohort_dimension,
        cohort_members.cohort_value,
        expected_values.valuation_date,
        expected_values.term_name,
        expected_values.survival_segment,
        cast(sum(expected_values.value_level_slope_amount) as {{ type_double() }}) as level_slope,
        cast(sum(expected_values.value_tail_slope_amount) as {{ type_double() }}) as tail_slope,
        sum(expected_values.value_variance) as own_variance
    from cohort_members
    inner join expected_values
        on
            cohort_members.customer_id = expected_values.customer_id
            and expected_values.is_as_of
            and expected_values.value_horizon = 'lifetime'
    group by
        cohort_members.cohort_dimension,
        cohort_members.cohort_value,
        expected_values.valuation_date,
        expected_values.term_name,
        expected_values.survival_segment

),

term_totals as (

    select
        segment_totals.cohort_dimension,
        segment_totals.cohort_value,
        segment_totals.valuation_date,
        segment_totals.term_name,
        sum(segment_totals.level_slope) as level_slope,
        {{ shared_variance(
            'segment_totals.own_variance', 'segment_totals.level_slope', 'segment_totals.tail_slope', 'parameters'
        ) }} as value_variance
    from segment_totals
    inner join parameters
        on
            segment_totals.valuation_date = parameters.valuation_date
            and segment_totals.survival_segment = parameters.survival_segment
    group by
        segment_totals.cohort_dimension,
        segment_totals.cohort_value,
        segment_totals.valuation_date,
        segment_totals.term_name

)

select
    term_totals.cohort_dimension,
    term_totals.cohort_value,
    cast(
        {{ var('interval_z_score') }} * {{ var('gross_margin_rate') }} * sqrt(sum(
            term_totals.value_variance
            + level_drift.drift_variance * term_totals.level_slope * term_totals.level_slope
        )) as decimal(28, 2)
    ) as future_error_amount
from term_totals
inner join level_drift on term_totals.valuation_date = level_drift.valuation_date
group by term_totals.cohort_dimension, term_totals.cohort_value
