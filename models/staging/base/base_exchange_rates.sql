-- Grain: one row per row of the input exchange_rates, valid or rejected, with the reason why it is rejected.
with

exchange_rates as (select * from {{ received('exchange_rates') }} as received_rows),

currencies as (select * from {{ ref('currencies') }})

select
    {{ input_columns('exchange_rates') }},
    exchange_rates.is_folded,
    case
        when exchange_rates.unreadable_value is not null then 'unreadable_value'
        when exchange_rates.rate_date is null then 'missing_rate_date'
        when exchange_rates.currency is null then 'missing_currency'
        when exchange_rates.rate is null then 'missing_rate'
        when exchange_rates.loaded_at is null then 'missing_loaded_at'
        -- An amount below the limit stays a number that fits once it is converted.
        when exchange_rates.rate * exchange_rates.rate >= {{ var('number_limit') }} then 'number_out_of_range'
        when exchange_rates.rate <= 0 then 'rate_not_positive'
        when currencies.currency is null then 'unknown_currency'
        when exchange_rates.rate_date > {{ latest_day_anywhere('exchange_rates.loaded_at') }}
            then 'dated_after_loaded_at'
        when cast(exchange_rates.rate_date as timestamp) < {{ earliest_at() }} then 'dated_before_earliest'
    end as reject_reason
from exchange_rates
left join currencies on exchange_rates.currency = currencies.currency
