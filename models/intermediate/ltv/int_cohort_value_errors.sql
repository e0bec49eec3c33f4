-- Grain: one row per cohort dimension and value (filter: cohorts with active customers).
with

cohort_members as (select * from {{ ref('int_cohort_members') }}),

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

curve_totals as (

    select
        cohort_members.cohort_dimension,
        cohort_members.cohort_value,
        expected_values.valuation_date,
        expected_values.curve_survival_segment,
        cast(sum(expected_values.value_alpha_slope_amount) as {{ type_double() }}) as alpha_slope,
        cast(sum(expected_values.value_beta_slope_amount) as {{ type_double() }}) as beta_slope,
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
        expected_values.curve_survival_segment

)

-- Customers on one curve share the error of its parameters; their own variances add up.
select
    curve_totals.cohort_dimension,
    curve_totals.cohort_value,
    cast(
        {{ var('interval_z_score') }} * {{ var('gross_margin_rate') }} * sqrt(sum(
            curve_totals.own_variance
            + {{ parameter_variance('curve_totals.alpha_slope', 'curve_totals.beta_slope', 'parameters') }}
        )) as decimal(28, 2)
    ) as future_error_amount
from curve_totals
inner join parameters
    on
        curve_totals.valuation_date = parameters.valuation_date
        and curve_totals.curve_survival_segment = parameters.survival_segment
group by curve_totals.cohort_dimension, curve_totals.cohort_value
