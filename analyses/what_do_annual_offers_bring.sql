-- What annual offers and renewals do to cash and to MRR over the next twelve months, if taken and renewed as expected.
select
    forecast_month,
    cash_source,
    due_mrr_amount,
    expected_cash_amount,
    displaced_cash_amount,
    net_cash_amount,
    mrr_effect_amount
from {{ ref('expected_cash_monthly') }}
order by cash_source asc, forecast_month asc
