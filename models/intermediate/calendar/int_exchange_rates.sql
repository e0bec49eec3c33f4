-- Grain: one row per currency and month with a rate, and earlier month in which money was invoiced or spent.
with

months as (select * from {{ ref('int_months') }}),

exchange_rates as (select * from {{ ref('stg_exchange_rates') }}),

invoice_lines as (select * from {{ ref('stg_invoice_lines') }}),

marketing_spend as (select * from {{ ref('stg_marketing_spend') }}),

run_settings as (select * from {{ ref('run_settings') }}),

dated_rates as (

    select
        exchange_rates.currency,
        months.activity_month,
        exchange_rates.rate,
        row_number() over (
            partition by exchange_rates.currency, months.activity_month
            order by exchange_rates.rate_date desc
        ) as recency
    from months
    inner join exchange_rates on months.month_end_at > exchange_rates.rate_date
    cross join run_settings
    -- Where no currency of the log is one, there is none to report in, and the others keep their rates.
    where coalesce(exchange_rates.currency <> run_settings.reporting_currency, true)

),

month_end_rates as (

    select
        currency,
        activity_month,
        rate as exchange_rate
    from dated_rates
    where recency = 1

    union all

    select
        run_settings.reporting_currency as currency,
        months.activity_month,
        cast(1 as {{ type_exchange_rate() }}) as exchange_rate
    from months
    cross join run_settings
    where run_settings.reporting_currency is not null

),

monthly_rates as (

    select
        currency,
        activity_month,
        exchange_rate,
        -- A currency's first month has no earlier rate: nothing in it can be revalued.
        lag(exchange_rate, 1, exchange_rate) over (partition by currency order by activity_month asc)
            as opening_exchange_rate,
        lag(exchange_rate, 12, exchange_rate) over (partition by currency order by activity_month asc)
            as year_ago_exchange_rate,
        row_number() over (partition by currency order by activity_month asc) as month_number
    from month_end_rates

),

-- Money may be invoiced or spent before the first subscription.
money_months as (

    select
        currency,
        {{ month_start('issued_at') }} as activity_month
    from invoice_lines

    union distinct

    select
        currency,
        {{ month_start('spend_date') }} as activity_month
    from marketing_spend

)

select
    currency,
    activity_month,
    exchange_rate,
    opening_exchange_rate,
    year_ago_exchange_rate
from monthly_rates

union all

select
    money_months.currency,
    money_months.activity_month,
    first_rates.exchange_rate,
    first_rates.exchange_rate as opening_exchange_rate,
    first_rates.exchange_rate as year_ago_exchange_rate
from money_months
inner join monthly_rates as first_rates
    on
        money_months.currency = first_rates.currency
        and money_months.activity_month < first_rates.activity_month
        and first_rates.month_number = 1
