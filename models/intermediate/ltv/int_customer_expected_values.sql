-- Grain: one row per value horizon, valuation date and customer (filter: customers active on that date).
with

exposures as (select * from {{ ref('int_retention_exposures') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

hazard_ratios as (select * from {{ ref('int_hazard_ratios') }}),

factors as (select * from {{ ref('int_expected_value_factors') }}),

customer_months as (select * from {{ ref('int_customer_months') }}),

usage_months as (select * from {{ ref('int_usage_revenue_months') }})

select
    exposures.customer_id,
    exposures.valuation_date,
    valuation_dates.activity_month,
    valuation_dates.is_as_of,
    valuation_dates.is_backtest,
    -- While no segment has had a renewal, there is no curve and the expected value is null.
    coalesce(factors.value_horizon, 'lifetime') as value_horizon,
    exposures.survival_segment,
    exposures.term_name,
    customer_months.mrr_amount,
    coalesce(usage_months.usage_mrr_amount, 0) as usage_mrr_amount,
    factors.expected_months,
    -- MRR comes with the bills of the terms, usage with a bill each month; both end with the same churn.
    {%- for name, factor in {
        'value': 'value_months', 'value_low': 'value_low_months', 'value_high': 'value_high_months',
        'value_level_slope': 'value_level_slope', 'value_tail_slope': 'value_tail_slope',
        'stayed_value': 'stayed_value_months'
    }.items() %}
    {{ as_amount(
        'customer_months.mrr_amount * factors.' ~ factor
        ~ ' + coalesce(usage_months.usage_mrr_amount * usage_factors.' ~ factor ~ ', 0)'
    ) }} as {{ name }}_amount,
    {%- endfor %}
    power(cast(customer_months.mrr_amount as {{ type_double() }}), 2) * factors.value_variance
    + coalesce(
        2 * cast(customer_months.mrr_amount * usage_months.usage_mrr_amount as {{ type_double() }})
        * sqrt(factors.value_variance * usage_factors.value_variance)
        + power(cast(usage_months.usage_mrr_amount as {{ type_double() }}), 2) * usage_factors.value_variance, 0
    ) as value_variance,
    factors.stay_rate,
    factors.stay_rate_90d,
    factors.stay_level_slope,
    factors.stay_tail_slope
from exposures
inner join valuation_dates on exposures.valuation_date = valuation_dates.valuation_date
inner join customer_months
    on
        exposures.customer_id = customer_months.customer_id
        and valuation_dates.activity_month = customer_months.activity_month
left join hazard_ratios
    on
        exposures.valuation_date = hazard_ratios.valuation_date
        and exposures.survival_segment = hazard_ratios.survival_segment
        and exposures.price_band = hazard_ratios.price_band
left join factors
    on
        exposures.valuation_date = factors.valuation_date
        and exposures.survival_segment = factors.survival_segment
        and hazard_ratios.hazard_ratio = factors.hazard_ratio
        and exposures.renewal_months = factors.renewal_months
        and exposures.billing_months = factors.billing_months
        and exposures.elapsed_months = factors.elapsed_months
left join usage_months
    on
        exposures.customer_id = usage_months.customer_id
        and valuation_dates.activity_month = usage_months.activity_month
left join factors as usage_factors
    on
        exposures.valuation_date = usage_factors.valuation_date
        and exposures.survival_segment = usage_factors.survival_segment
        and hazard_ratios.hazard_ratio = usage_factors.hazard_ratio
        and exposures.renewal_months = usage_factors.renewal_months
        and usage_factors.billing_months = 1
        and exposures.elapsed_months = usage_factors.elapsed_months
        and factors.value_horizon = 'lifetime'
        and usage_factors.value_horizon = 'lifetime'
where
    exposures.is_running
    and (
        customer_months.is_active
        or (usage_months.usage_mrr_amount > 0 and coalesce(factors.value_horizon, 'lifetime') = 'lifetime')
    )
