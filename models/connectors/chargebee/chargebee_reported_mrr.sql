-- Grain: one row per subscription of which Chargebee states the MRR, in major units of its currency.
{{ config(enabled='chargebee' in var('connectors') | string) }}
with

versions as (select * from {{ ref('base_chargebee_subscriptions') }}),

items as (select * from {{ ref('base_chargebee_items') }}),

charges as (
    select
        subscription_id,
        version_number,
        sum(quantity * unit_amount) as amount
    from items
    where not is_recurring
    group by subscription_id, version_number
)

select
    versions.subscription_id,
    versions.customer_id,
    'chargebee' as vendor,
    case versions.status
        when 'in_trial' then 'trialing'
        when 'cancelled' then 'canceled'
        when 'future' then 'signed'
        else versions.status
    end as status,
    versions.currency,
    versions.mrr / power(10, coalesce(versions.decimal_places, 2)) as mrr_amount,
    -- What is charged once, as it would count were it charged each period.
    coalesce(charges.amount, 0) / {{ interval_months('versions.billing_interval', 'versions.interval_count') }}
        as charge_amount,
    1 / power(10, coalesce(versions.decimal_places, 2)) as smallest_amount,
    upper(versions.base_currency_code) as base_currency,
    versions.exchange_rate as base_exchange_rate,
    coalesce(versions.landed_at, versions.version_at) as reported_at
from versions
left join charges
    on versions.subscription_id = charges.subscription_id and versions.version_number = charges.version_number
where versions.recency = 1 and versions.mrr is not null
