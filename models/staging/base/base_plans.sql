-- Grain: one row per row of the input plans, valid or rejected, with the reason why it is rejected.
with

plans as (select * from {{ received('plans') }} as received_rows),

currencies as (select * from {{ ref('currencies') }})

select
    {{ input_columns('plans') }},
    plans.is_folded,
    case
        when plans.unreadable_value is not null then 'unreadable_value'
        when plans.plan_id is null then 'missing_plan_id'
        when plans.loaded_at is null then 'missing_loaded_at'
        when plans.product_type not in ('core', 'add_on', 'service', 'discount') then 'unknown_product_type'
        when plans.billing_interval not in ('day', 'week', 'month', 'year') then 'unknown_billing_interval'
        when
            greatest(
                abs(plans.tier_rank), abs(plans.interval_count), abs(plans.unit_amount),
                abs(plans.included_seats), abs(plans.usage_limit)
            ) >= {{ var('number_limit') }}
            then 'number_out_of_range'
        when plans.interval_count < 1 or plans.interval_count <> floor(plans.interval_count)
            then 'invalid_interval_count'
        when plans.unit_amount < 0 and coalesce(plans.product_type <> 'discount', true) then 'negative_unit_amount'
        when least(plans.included_seats, plans.usage_limit) < 0 then 'negative_number'
        when plans.currency is not null and currencies.currency is null then 'unknown_currency'
        when plans.loaded_at < {{ earliest_at() }} then 'dated_before_earliest'
    end as reject_reason
from plans
left join currencies on plans.currency = currencies.currency
