-- Grain: one row per currency, with the first month in which amounts in it can be reported.
with

currencies as (select * from {{ ref('currencies') }}),

exchange_rates as (select * from {{ ref('stg_exchange_rates') }}),

run_settings as (select * from {{ ref('run_settings') }}),

first_rates as (

    select
        currency,
        min(rate_date) as first_rate_date
    from exchange_rates
    group by currency

)

select
    currencies.currency,
    case
        when currencies.currency = run_settings.reporting_currency then cast({{ earliest_at() }} as date)
        else {{ month_start('first_rates.first_rate_date') }}
    end as first_rate_month
from currencies
cross join run_settings
left join first_rates on currencies.currency = first_rates.currency
