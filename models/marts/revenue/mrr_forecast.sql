-- Grain: one row per month end ahead, twelve of them.
with

forecasts as (select * from {{ ref('int_mrr_forecasts') }}),

calibrations as (select * from {{ ref('int_forecast_calibrations') }}),

backtest as (select * from {{ ref('mrr_forecast_backtest') }}),

-- All forecasts of the back-test together, by how far they looked ahead.
backtest_months as (

    select
        months_ahead,
        count(*) as forecast_count,
        {{ rate('sum(abs(forecast_mrr_amount - actual_mrr_amount))', 'sum(actual_mrr_amount)') }} as error_rate,
        {{ rate('sum(abs(cutoff_mrr_amount - actual_mrr_amount))', 'sum(actual_mrr_amount)') }} as no_change_error_rate,
        {{ rate('sum(abs(trailing_growth_mrr_amount - actual_mrr_amount))', 'sum(actual_mrr_amount)') }}
            as trailing_growth_error_rate,
        {{ rate('sum(case when is_covered then 1 else 0 end)', 'count(*)') }} as coverage_rate
    from backtest
    group by months_ahead

)

select
    forecasts.forecast_month,
    cast(forecasts.months_ahead as {{ dbt.type_int() }}) as months_ahead,
    forecasts.valuation_date as as_of_date,
    forecasts.opening_mrr_amount as as_of_mrr_amount,
    cast(forecasts.opening_mrr_amount + forecasts.scheduled_mrr_amount as {{ type_amount() }}) as committed_mrr_amount,
    forecasts.churn_mrr_amount as expected_churn_mrr_amount,
    forecasts.expansion_mrr_amount as expected_expansion_mrr_amount,
    forecasts.new_business_mrr_amount as expected_new_mrr_amount,
    forecasts.mrr_amount as forecast_mrr_amount,
    cast(greatest(forecasts.mrr_amount - calibrations.error_amount, 0) as {{ type_amount() }}) as forecast_low_amount,
    cast(forecasts.mrr_amount + calibrations.error_amount as {{ type_amount() }}) as forecast_high_amount,
    calibrations.interval_factor,
    cast(calibrations.window_count as {{ dbt.type_bigint() }}) as calibration_window_count,
    cast(coalesce(backtest_months.forecast_count, 0) as {{ dbt.type_bigint() }}) as backtest_count,
    backtest_months.error_rate as backtest_error_rate,
    backtest_months.no_change_error_rate as backtest_no_change_error_rate,
    backtest_months.trailing_growth_error_rate as backtest_trailing_growth_error_rate,
    backtest_months.coverage_rate as backtest_coverage_rate
from forecasts
inner join calibrations
    on forecasts.valuation_date = calibrations.valuation_date and forecasts.months_ahead = calibrations.months_ahead
left join backtest_months on forecasts.months_ahead = backtest_months.months_ahead
where forecasts.is_as_of
