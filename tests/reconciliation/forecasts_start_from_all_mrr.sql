-- A forecast starts from the MRR of its day, and is compared with that of its month.
with

forecasts as (select * from {{ ref('mrr_forecast') }}),

backtest as (select * from {{ ref('mrr_forecast_backtest') }}),

customer_months as (select * from {{ ref('customer_months') }}),

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

)

select
    levels.activity_month,
    levels.mrr_amount,
    months.mrr_amount as known_mrr_amount
from levels
left join months on levels.activity_month = months.activity_month
where levels.mrr_amount <> coalesce(months.mrr_amount, -1)
