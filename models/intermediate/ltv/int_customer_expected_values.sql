-- Grain: one row per value horizon, valuation date and customer (filter: customers active on that date).
with

exposures as (select * from {{ ref('int_retention_exposures') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

factors as (select * from {{ ref('int_expected_value_factors') }}),

customer_months as (select * from {{ ref('int_customer_months') }})

select
    exposures.customer_id,
    exposures.valuation_date,
    valuation_dates.activity_month,
    valuation_dates.is_as_of,
    -- While no segment has had a renewal, there is no curve and the expected value is null.
    coalesce(factors.value_horizon, 'lifetime') as value_horizon,
    exposures.survival_segment,
    parameters.curve_survival_segment,
    customer_months.mrr_amount,
    factors.expected_months,
    cast(customer_months.mrr_amount * factors.value_months as {{ type_amount() }}) as value_amount,
    cast(customer_months.mrr_amount * factors.value_low_months as {{ type_amount() }}) as value_low_amount,
    cast(customer_months.mrr_amount * factors.value_high_months as {{ type_amount() }}) as value_high_amount,
    cast(customer_months.mrr_amount * factors.value_alpha_slope as {{ type_amount() }}) as value_alpha_slope_amount,
    cast(customer_months.mrr_amount * factors.value_beta_slope as {{ type_amount() }}) as value_beta_slope_amount,
    power(cast(customer_months.mrr_amount as {{ type_double() }}), 2) * factors.value_variance as value_variance,
    factors.stay_rate,
    factors.stay_alpha_slope,
    factors.stay_beta_slope
from exposures
inner join valuation_dates on exposures.valuation_date = valuation_dates.valuation_date
inner join customer_months
    on
        exposures.customer_id = customer_months.customer_id
        and valuation_dates.activity_month = customer_months.activity_month
        and customer_months.is_active
inner join parameters
    on
        exposures.valuation_date = parameters.valuation_date
        and exposures.survival_segment = parameters.survival_segment
left join factors
    on
        exposures.valuation_date = factors.valuation_date
        and parameters.curve_survival_segment = factors.curve_survival_segment
        and exposures.renewal_months = factors.renewal_months
        and exposures.billing_months = factors.billing_months
        and exposures.elapsed_months = factors.elapsed_months
where exposures.is_running
