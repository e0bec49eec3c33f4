-- Grain: one row per currency and month in which money was invoiced or spent.
with

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

money_months as (

    select
        currency,
        {{ month_start('issued_at') }} as money_month
    from {{ ref('stg_invoice_lines') }}

    union

    select
        currency,
        {{ month_start('spend_date') }} as money_month
    from {{ ref('stg_marketing_spend') }}

),

first_months as (

    select
        currency,
        min(activity_month) as first_month
    from exchange_rates
    group by currency

)

select
    money_months.currency,
    money_months.money_month,
    exchange_rates.exchange_rate
from money_months
inner join first_months on money_months.currency = first_months.currency
-- Money may move before the first subscription: then at the first month's rate.
inner join exchange_rates
    on
        money_months.currency = exchange_rates.currency
        and exchange_rates.activity_month = greatest(money_months.money_month, first_months.first_month)
