-- Grain: one row per row of the input marketing_spend, valid or rejected, with the reason why it is rejected.
with

spend as (select * from {{ received('marketing_spend') }} as received_rows),

currencies as (select * from {{ ref('base_currencies') }})

select
    {{ input_columns('marketing_spend', 'spend') }},
    spend.is_folded,
    case
        when spend.unreadable_value is not null then 'unreadable_value'
        when spend.spend_date is null then 'missing_spend_date'
        when spend.channel is null then 'missing_channel'
        when spend.campaign is null then 'missing_campaign'
        when spend.amount is null then 'missing_amount'
        when spend.currency is null then 'missing_currency'
        when spend.loaded_at is null then 'missing_loaded_at'
        when abs(spend.amount) >= {{ var('number_limit') }} then 'number_out_of_range'
        when spend.amount < 0 then 'negative_amount'
        when cast(spend.spend_date as timestamp) < {{ earliest_at() }} then 'dated_before_earliest'
        when currencies.currency is null then 'unknown_currency'
        when coalesce(currencies.first_rate_month > spend.spend_date, true) then 'missing_exchange_rate'
        when spend.spend_date > {{ latest_day_anywhere('spend.loaded_at') }} then 'dated_after_loaded_at'
    end as reject_reason
from spend
left join currencies on spend.currency = currencies.currency
