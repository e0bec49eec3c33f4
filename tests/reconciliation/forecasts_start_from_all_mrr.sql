-- A forecast starts from the MRR of its day, is compared with that of its month, and is there where there is a curve.
with

forecasts as (select * from {{ ref('mrr_forecast') }}),

backtest as (select * from {{ ref('mrr_forecast_backtest') }}),

customer_months as (select * from {{ ref('customer_months') }}),

curves as (select distinct valuation_date from {{ ref('int_survival_curves') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

mrr_months as (select * from {{ ref('mrr_monthly') }}),

months as (

    select
        activity_month,
        sum(mrr_amount) as mrr_amount
    from customer_months
    group by activity_month

),

levels as (

    select
        {{ month_start('as_of_date') }} as activity_month,
        as_of_mrr_amount as mrr_amount
    from forecasts

    union all

    select
        {{ month_start('cutoff_date') }} as activity_month,
        cutoff_mrr_amount as mrr_amount
    from backtest

    union all

    select
        forecast_month as activity_month,
        actual_mrr_amount as mrr_amount
    from backtest

),

-- The as-of day once a month is complete, earlier days once twelve are.
expected_dates as (

    select valuation_dates.valuation_date
    from valuation_dates
    inner join curves on valuation_dates.valuation_date = curves.valuation_date
    inner join mrr_months
        on valuation_dates.valuation_date > mrr_months.activity_month and not mrr_months.is_partial_month
    where valuation_dates.is_forecast_origin
    group by valuation_dates.valuation_date, valuation_dates.is_as_of
    having valuation_dates.is_as_of or count(*) >= 12

),

forecast_dates as (

    select as_of_date as valuation_date
    from forecasts

    union distinct

    select cutoff_date as valuation_date
    from backtest

)

select
    levels.activity_month,
    levels.mrr_amount,
    months.mrr_amount as known_mrr_amount
from levels
left join months on levels.activity_month = months.activity_month
where levels.mrr_amount <> coalesce(months.mrr_amount, -1)

union all

select
    {{ month_start('expected_dates.valuation_date') }} as activity_month,
    null as mrr_amount,
    null as known_mrr_amount
from expected_dates
left join forecast_dates on expected_dates.valuation_date = forecast_dates.valuation_date
where forecast_dates.valuation_date is null
