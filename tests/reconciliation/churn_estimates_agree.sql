-- How much churns within the horizon of health: the survival curves agree with churn_probability_90d in customers, within
-- the chance by which so many differ from what is expected of them (var `confidence_z_score`), and with the forecast in
-- MRR, between the month ends around the horizon. A warning: where churn has changed of late, the curves or the
-- probabilities are right before the other.
{{ config(group='forecast', severity='warn') }}
{%- set horizon_date = add_months('origins.valuation_date', whole_months(var('health_horizon_days'))) %}
{%- set month_end = dbt.dateadd('day', -1, add_months('origins.first_forecast_month', 'forecasts.months_ahead')) %}
with

customer_health as (select * from {{ ref('customer_health') }}),

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

origins as (select * from {{ ref('int_forecast_origins') }}),

forecasts as (select * from {{ ref('int_existing_mrr_forecasts') }}),

-- One population: customers of whom both estimates are known.
estimates as (

    select
        cast(customer_health.churn_probability_90d as {{ type_double() }}) as probability_rate,
        cast(1 - expected_values.stay_rate_90d as {{ type_double() }}) as curve_rate
    from customer_health
    inner join expected_values on customer_health.customer_id = expected_values.customer_id
    where
        expected_values.is_as_of
        and expected_values.value_horizon = 'lifetime'
        and customer_health.churn_probability_90d is not null
        and expected_values.stay_rate_90d is not null

),

totals as (

    select
        sum(curve_rate) as curve_churn,
        sum(probability_rate) as other_churn,
        {{ var('confidence_z_score') }} * sqrt(sum(probability_rate * (1 - probability_rate))) as chance
    from estimates

),

curve_totals as (

    select
        valuation_date,
        sum(mrr_amount * (1 - stay_rate_90d)) as churn_mrr_amount
    from expected_values
    where is_as_of and value_horizon = 'lifetime' and mrr_amount > 0
    group by valuation_date

),

forecast_months as (

    select
        origins.valuation_date,
        cast({{ horizon_date }} as date) as horizon_date,
        cast({{ month_end }} as date) as month_end_date,
        sum(forecasts.churn_mrr_amount) as churn_mrr_amount
    from origins
    inner join forecasts on origins.valuation_date = forecasts.valuation_date
    where origins.is_as_of
    group by origins.valuation_date, origins.first_forecast_month, forecasts.months_ahead

),

forecast_totals as (

    select
        valuation_date,
        max(case when month_end_date <= horizon_date then churn_mrr_amount end) as low_mrr_amount,
        min(case when month_end_date >= horizon_date then churn_mrr_amount end) as high_mrr_amount
    from forecast_months
    group by valuation_date

)

select
    'customers, survival curves against churn_probability_90d' as compared,
    curve_churn,
    other_churn - chance as other_low,
    other_churn + chance as other_high
from totals
where abs(curve_churn - other_churn) > chance

union all

-- Amounts of segments are rounded: half a cent is no difference.
select
    'MRR, survival curves against mrr_forecast' as compared,
    curve_totals.churn_mrr_amount as curve_churn,
    forecast_totals.low_mrr_amount as other_low,
    forecast_totals.high_mrr_amount as other_high
from curve_totals
inner join forecast_totals on curve_totals.valuation_date = forecast_totals.valuation_date
where
    curve_totals.churn_mrr_amount < forecast_totals.low_mrr_amount - 0.005
    or curve_totals.churn_mrr_amount > forecast_totals.high_mrr_amount + 0.005
