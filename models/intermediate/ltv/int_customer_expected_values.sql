-- Grain: one row per outlook, cutoff and customer that pays then: what it is expected to bring yet.
with

exposures as (select * from {{ ref('int_retention_exposures') }}),

cutoffs as (select * from {{ ref('int_valuation_dates') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

outlooks as (select * from {{ ref('int_expected_value_factors') }}),

customer_months as (select * from {{ ref('int_customer_months') }})

select
    exposures.customer_id,
    exposures.cutoff_date,
    cutoffs.activity_month,
    cutoffs.is_as_of,
    -- Where no renewal has come yet, in any segment, there is nothing to tell the future by.
    coalesce(outlooks.outlook, 'lifetime') as outlook,
    exposures.survival_segment,
    parameters.curve_survival_segment,
    customer_months.mrr_amount,
    outlooks.expected_months,
    cast(customer_months.mrr_amount * outlooks.value_months as {{ type_amount() }}) as value_amount,
    cast(customer_months.mrr_amount * outlooks.value_low_months as {{ type_amount() }}) as value_low_amount,
    cast(customer_months.mrr_amount * outlooks.value_high_months as {{ type_amount() }}) as value_high_amount,
    cast(customer_months.mrr_amount * outlooks.value_alpha_slope as {{ type_amount() }}) as value_alpha_slope_amount,
    cast(customer_months.mrr_amount * outlooks.value_beta_slope as {{ type_amount() }}) as value_beta_slope_amount,
    power(cast(customer_months.mrr_amount as {{ type_double() }}), 2) * outlooks.value_variance as value_variance,
    outlooks.stay_rate,
    outlooks.stay_alpha_slope,
    outlooks.stay_beta_slope
from exposures
inner join cutoffs on exposures.cutoff_date = cutoffs.cutoff_date
inner join customer_months
    on
        exposures.customer_id = customer_months.customer_id
        and cutoffs.activity_month = customer_months.activity_month
        and customer_months.is_active
inner join parameters
    on
        exposures.cutoff_date = parameters.cutoff_date
        and exposures.survival_segment = parameters.survival_segment
left join outlooks
    on
        exposures.cutoff_date = outlooks.cutoff_date
        and parameters.curve_survival_segment = outlooks.curve_survival_segment
        and exposures.renewal_months = outlooks.renewal_months
        and exposures.billing_months = outlooks.billing_months
        and exposures.elapsed_months = outlooks.elapsed_months
where exposures.is_running
