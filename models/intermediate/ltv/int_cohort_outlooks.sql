-- Grain: one row per cohort dimension and value with paying customers: how sure their outlook is.
with

cohort_members as (select * from {{ ref('int_cohort_members') }}),

outlooks as (select * from {{ ref('int_customer_expected_values') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

curve_totals as (

    select
        cohort_members.cohort_dimension,
        cohort_members.cohort_value,
        outlooks.cutoff_date,
        outlooks.curve_survival_segment,
        cast(sum(outlooks.value_alpha_slope_amount) as {{ type_double() }}) as alpha_slope,
        cast(sum(outlooks.value_beta_slope_amount) as {{ type_double() }}) as beta_slope,
        sum(outlooks.value_variance) as own_variance
    from cohort_members
    inner join outlooks
        on
            cohort_members.customer_id = outlooks.customer_id
            and outlooks.is_as_of
            and outlooks.outlook = 'lifetime'
    group by
        cohort_members.cohort_dimension,
        cohort_members.cohort_value,
        outlooks.cutoff_date,
        outlooks.curve_survival_segment

)

-- Customers on one curve err together, by the errors of its parameters, and each on its own, by its luck.
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
        curve_totals.cutoff_date = parameters.cutoff_date
        and curve_totals.curve_survival_segment = parameters.survival_segment
group by curve_totals.cohort_dimension, curve_totals.cohort_value
