-- Grain: one row per subscription of which Stripe states changes of MRR (Sigma, Data Pipeline): their sum, in major units.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set events = landed_table(
    'stripe', ['subscription_item_change_events', 'subscription_item_change_events_v2_beta'], 'events'
) %}
with

subscriptions as (select * from {{ ref('base_stripe_subscriptions') }}),

currencies as (select * from {{ ref('currencies') }}),

sums as (
    select
        {{ landed(events, ['subscription_id', 'subscription'], 'id') }} as subscription_id,
        {{ landed(events, ['customer_id', 'customer'], 'id') }} as customer_id,
        upper({{ landed(events, 'currency') }}) as currency,
        sum({{ landed(events, 'mrr_change', 'number') }}) as minor_amount,
        max({{ landed_at(events) }}) as landed_at
    from {{ events.sql }}
    group by 1, 2, 3
)

select
    sums.subscription_id,
    sums.customer_id,
    'stripe' as vendor,
    subscriptions.status,
    sums.currency,
    sums.minor_amount / power(10, coalesce(currencies.decimal_places, 2)) as mrr_amount,
    cast(0 as {{ type_double() }}) as charge_amount,
    1 / power(10, coalesce(currencies.decimal_places, 2)) as smallest_amount,
    cast(null as {{ dbt.type_string() }}) as base_currency,
    cast(null as {{ type_double() }}) as base_exchange_rate,
    sums.landed_at as reported_at
from sums
left join subscriptions on sums.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
left join currencies on sums.currency = currencies.currency
where sums.subscription_id is not null
