-- Grain: one row per channel and month of spend, in the reporting currency.
with

marketing_spend as (

    select * from {{ ref('stg_marketing_spend') }}

),

exchange_rates as (

    select * from {{ ref('int_exchange_rates') }}

),

run_settings as (

    select * from {{ ref('run_settings') }}

),

first_months as (

    select
        currency,
        min(activity_month) as first_month
    from exchange_rates
    group by currency

)

select
    marketing_spend.channel,
    {{ month_start('marketing_spend.spend_date') }} as spend_month,
    sum(cast(marketing_spend.amount * exchange_rates.exchange_rate as {{ type_amount() }})) as spend_amount
from marketing_spend
cross join run_settings
left join first_months on marketing_spend.currency = first_months.currency
left join exchange_rates
    on
        marketing_spend.currency = exchange_rates.currency
        and exchange_rates.activity_month
        = greatest({{ month_start('marketing_spend.spend_date') }}, first_months.first_month)
where marketing_spend.spend_date <= run_settings.as_of_date
group by marketing_spend.channel, {{ month_start('marketing_spend.spend_date') }}
