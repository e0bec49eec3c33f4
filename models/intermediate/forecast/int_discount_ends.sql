-- Grain: one row per day from which MRR is forecast and item (filter: its discount ends in the twelve months after).
{%- set first_later_day = dbt.dateadd('day', 1, 'origins.valuation_date') %}
{%- set bill_end = end_of_bill(
    'cast(entries.billed_from_at as date)', 'cast(entries.discount_ends_at as date)', 'entries.billing_interval',
    'entries.interval_count'
) %}
with

entries as (select * from {{ ref('int_subscription_log') }}),

known_changes as (select * from {{ ref('int_subscription_changes_as_known') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

origins as (select * from {{ ref('int_forecast_origins') }}),

-- A bill is lowered for as long as it runs.
discounts as (

    select
        entries.subscription_id,
        entries.item_id,
        entries.customer_id,
        entries.changed_at,
        entries.next_changed_at,
        entries.currency,
        entries.mrr_list_own_amount,
        greatest(entries.discount_ends_at, cast({{ bill_end }} as timestamp)) as discount_until
    from entries
    where entries.discount_ends_at is not null and entries.mrr_list_own_amount > entries.mrr_own_amount

)

select
    origins.valuation_date,
    origins.activity_month,
    origins.first_forecast_month,
    discounts.subscription_id,
    discounts.item_id,
    discounts.customer_id,
    discounts.discount_until,
    cast(discounts.mrr_list_own_amount * exchange_rates.exchange_rate as {{ type_amount() }}) as mrr_amount
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
