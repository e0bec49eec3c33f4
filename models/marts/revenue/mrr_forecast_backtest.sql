-- Grain: one row per earlier month end from which MRR was forecast and month ahead (filter: complete months).
with

forecasts as (select * from {{ ref('int_mrr_forecasts') }}),

calibrations as (select * from {{ ref('int_forecast_calibrations') }})

select
    forecasts.valuation_date as cutoff_date,
    cast(forecasts.months_ahead as {{ dbt.type_int() }}) as months_ahead,
    forecasts.forecast_month,
    forecasts.opening_mrr_amount as cutoff_mrr_amount,
    forecasts.mrr_amount as forecast_mrr_amount,
    cast(greatest(forecasts.mrr_amount - calibrations.error_amount, 0) as {{ type_amount() }}) as forecast_low_amount,
    cast(forecasts.mrr_amount + calibrations.error_amount as {{ type_amount() }}) as forecast_high_amount,
    forecasts.actual_mrr_amount,
    forecasts.trailing_growth_mrr_amount,
    {{ rate('forecasts.mrr_amount - forecasts.actual_mrr_amount', 'forecasts.actual_mrr_amount') }}
        as forecast_error_rate,
    {{ rate('forecasts.opening_mrr_amount - forecasts.actual_mrr_amount', 'forecasts.actual_mrr_amount') }}
        as no_change_error_rate,
    {{ rate('forecasts.trailing_growth_mrr_amount - forecasts.actual_mrr_amount', 'forecasts.actual_mrr_amount') }}
        as trailing_growth_error_rate,
    abs(forecasts.actual_mrr_amount - forecasts.mrr_amount) <= calibrations.error_amount as is_covered,
    abs(forecasts.actual_mrr_amount - forecasts.mrr_amount) <= calibrations.uncalibrated_error_amount
        as is_covered_uncalibrated,
    calibrations.interval_factor,
    cast(calibrations.window_count as {{ dbt.type_bigint() }}) as calibration_window_count
from forecasts
inner join calibrations
    on forecasts.valuation_date = calibrations.valuation_date and forecasts.months_ahead = calibrations.months_ahead
where forecasts.actual_mrr_amount is not null and not forecasts.is_as_of
