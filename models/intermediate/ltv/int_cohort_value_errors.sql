-- Grain: one row per cohort dimension and value (filter: cohorts with active customers).
with

cohort_members as (select * from {{ ref('int_cohort_members') }}),

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

level_drift as (select * from {{ ref('int_level_drift') }}),

buyer_values as (select * from {{ ref('int_buyer_values') }}),

purchase_levels as (select * from {{ ref('int_purchase_levels') }}),

return_values as (select * from {{ ref('int_return_values') }}),

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

),

variances as (

    select
        term_totals.cohort_dimension,
        term_totals.cohort_value,
        term_totals.value_variance
        + level_drift.drift_variance * term_totals.level_slope * term_totals.level_slope as value_variance
    from term_totals
    inner join level_drift on term_totals.valuation_date = level_drift.valuation_date

    union all

    -- Buyers share the error of the level of their purchases.
    select
        cohort_members.cohort_dimension,
        cohort_members.cohort_value,
        sum(buyer_values.value_variance) + power(sum(cast(buyer_values.value_amount as {{ type_double() }})), 2)
        * max(purchase_levels.level_variance + purchase_levels.drift_variance) as value_variance
    from cohort_members
    inner join buyer_values
        on
            cohort_members.customer_id = buyer_values.customer_id
            and buyer_values.is_as_of
            and buyer_values.value_horizon = 'lifetime'
    inner join purchase_levels on buyer_values.valuation_date = purchase_levels.valuation_date
    group by cohort_members.cohort_dimension, cohort_members.cohort_value

    union all

    -- And lost customers that of the chance to return.
    select
        cohort_members.cohort_dimension,
        cohort_members.cohort_value,
        sum(return_values.value_variance)
        + power(sum(coalesce(return_values.level_error * return_values.return_value_amount, 0)), 2) as value_variance
    from cohort_members
    inner join return_values
        on
            cohort_members.customer_id = return_values.customer_id
            and return_values.is_as_of
            and return_values.is_churned
    group by cohort_members.cohort_dimension, cohort_members.cohort_value

)

select
    cohort_dimension,
    cohort_value,
    cast(
        {{ var('interval_z_score') }} * {{ var('gross_margin_rate') }} * sqrt(sum(value_variance)) as decimal(28, 2)
    ) as future_error_amount
from variances
group by cohort_dimension, cohort_value
