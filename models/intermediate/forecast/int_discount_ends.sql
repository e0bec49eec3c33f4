-- Grain: one row per day from which MRR is forecast and item (filter: its discount ends in the twelve months after).
{%- set first_later_day = dbt.dateadd('day', 1, 'origins.valuation_date') %}
with

entries as (select * from {{ ref('int_subscription_log') }}),

known_changes as (select * from {{ ref('int_subscription_changes_as_known') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

origins as (select * from {{ ref('int_forecast_origins') }}),

discounts as (

    select
        subscription_id,
        item_id,
        customer_id,
        changed_at,
        next_changed_at,
        currency,
        mrr_list_own_amount,
        {{ discount_until() }} as discount_until
    from entries
    where discount_ends_at is not null and mrr_list_own_amount > mrr_own_amount

)

select
    origins.valuation_date,
    origins.activity_month,
    origins.first_forecast_month,
    discounts.subscription_id,
    discounts.item_id,
    discounts.customer_id,
    discounts.discount_until,
    {{ converted_amount('discounts.mrr_list_own_amount', 'exchange_rates.exchange_rate') }} as mrr_amount
from discounts
inner join known_changes
    on
        discounts.subscription_id = known_changes.subscription_id
        and discounts.item_id = known_changes.item_id
        and discounts.changed_at = known_changes.changed_at
inner join origins
    on
        (origins.is_as_of or known_changes.known_date <= origins.valuation_date)
        and discounts.changed_at < {{ first_later_day }}
        and coalesce(discounts.next_changed_at >= {{ first_later_day }}, true)
        and discounts.discount_until >= {{ first_later_day }}
        and discounts.discount_until < {{ add_months('origins.first_forecast_month', 12) }}
left join known_changes as next_changes
    on
        known_changes.subscription_id = next_changes.subscription_id
        and known_changes.item_id = next_changes.item_id
        and known_changes.next_changed_at = next_changes.changed_at
left join exchange_rates
    on discounts.currency = exchange_rates.currency and origins.activity_month = exchange_rates.activity_month
-- The discount of an item that is known to be replaced before ends with it.
where
    not coalesce(
        next_changes.changed_at <= discounts.discount_until
        and (origins.is_as_of or next_changes.known_date <= origins.valuation_date), false
    )
