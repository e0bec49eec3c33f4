-- MRR in each of the next twelve months, with its interval, what it consists of, and how far such forecasts were off.
select
    forecast_month,
    months_ahead,
    forecast_low_amount,
    forecast_mrr_amount,
    forecast_high_amount,
    committed_mrr_amount,
    expected_churn_mrr_amount,
    expected_expansion_mrr_amount,
    expected_new_mrr_amount,
    backtest_error_rate,
    backtest_no_change_error_rate
from {{ ref('mrr_forecast') }}
order by forecast_month asc
