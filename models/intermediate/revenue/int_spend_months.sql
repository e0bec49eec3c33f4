-- Grain: one row per channel and month of spend, in the reporting currency.
with

marketing_spend as (select * from {{ ref('stg_marketing_spend') }}),

exchange_rates as (select * from {{ ref('int_money_exchange_rates') }})

select
    marketing_spend.channel,
    {{ month_start('marketing_spend.spend_date') }} as spend_month,
    sum(cast(marketing_spend.amount * exchange_rates.exchange_rate as {{ type_amount() }})) as spend_amount
from marketing_spend
left join exchange_rates
    on
        marketing_spend.currency = exchange_rates.currency
        and exchange_rates.money_month = {{ month_start('marketing_spend.spend_date') }}
group by marketing_spend.channel, {{ month_start('marketing_spend.spend_date') }}
