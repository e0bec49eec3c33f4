-- Grain: one row per currency and month (filter: the month has a rate).
with

months as (select * from {{ ref('int_months') }}),

exchange_rates as (select * from {{ ref('stg_exchange_rates') }}),

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

)

select
    currency,
    activity_month,
    -- Money may move before the first subscription: a currency's first rate holds for all months before.
    case
        when lag(activity_month) over (partition by currency order by activity_month asc) is null
            then cast({{ earliest_at() }} as date)
        else activity_month
    end as valid_from_month,
    exchange_rate,
    -- A currency's first month has no earlier rate: nothing in it can be revalued.
    lag(exchange_rate, 1, exchange_rate) over (partition by currency order by activity_month asc)
        as opening_exchange_rate,
    lag(exchange_rate, 12, exchange_rate) over (partition by currency order by activity_month asc)
        as year_ago_exchange_rate
from month_end_rates
