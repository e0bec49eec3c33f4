-- Grain: one row per price on a subscription whose amount in the subscription's currency is known without a bill.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set lines = {'alias': 'lines', 'columns': none, 'prefix': 'subscriptions.account_prefix'} %}
with

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }} where recency = 1),

items as (
    select
        *,
        row_number() over (partition by subscription_id, price_id order by version_number desc) as recency
    from {{ ref('base_paddle_items') }}
),

billed as (select * from {{ ref('paddle_billed_items') }}),

prices as (select * from {{ ref('base_paddle_prices') }}),

overrides as (select * from {{ ref('base_paddle_price_overrides') }}),

addresses as (select * from {{ ref('base_paddle_addresses') }}),

currencies as (select * from {{ ref('currencies') }}),

-- What the next bill will be, in the subscription's currency and before tax.
previews as (
    select
        subscriptions.subscription_id,
        {{ landed(lines, ['price_id', 'price.id'], 'id') }} as price_id,
        {{ rate('sum(' ~ landed(lines, 'totals.subtotal', 'number') ~ ')', 'sum(' ~ landed(lines, 'quantity', 'number') ~ ')') }}
            / max(power(10, currencies.decimal_places)) as unit_amount
    from subscriptions {{ join_json_elements('subscriptions.quoted_lines', 'lines') }}
    inner join currencies on subscriptions.currency = currencies.currency
    group by subscriptions.subscription_id, {{ landed(lines, ['price_id', 'price.id'], 'id') }}
),

listed_items as (

    select subscription_id, price_id
    from items

    union distinct

    select subscription_id, price_id
    from billed

),

-- An amount in another currency is converted by Paddle: it says nothing of what is paid. An override is for its countries.
listed_prices as (

    select
        listed_items.subscription_id,
        listed_items.price_id,
        max(
            case when overrides.countries like '%"' || coalesce(own.country, latest.country) || '"%' then overrides.unit_amount end
        ) as country_amount,
        max(
            case
                when coalesce(items.price_currency, prices.currency) = subscriptions.currency
                    then coalesce(items.unit_amount, prices.unit_amount)
            end
        ) as base_amount,
        case when min(overrides.unit_amount) = max(overrides.unit_amount) then max(overrides.unit_amount) end as only_amount
    from listed_items
    inner join subscriptions on listed_items.subscription_id = subscriptions.subscription_id
    left join addresses as own on subscriptions.address_id = own.address_id
    left join addresses as latest on subscriptions.customer_id = latest.customer_id and latest.choice = 1
    left join items
        on listed_items.subscription_id = items.subscription_id and listed_items.price_id = items.price_id and items.recency = 1
    left join prices on listed_items.price_id = prices.price_id
    left join overrides on listed_items.price_id = overrides.price_id and subscriptions.currency = overrides.currency
    group by listed_items.subscription_id, listed_items.price_id

)

select
    listed.subscription_id,
    listed.price_id,
    coalesce(previews.unit_amount, listed.country_amount, listed.base_amount, listed.only_amount) as unit_amount
from listed_prices as listed
left join previews on listed.subscription_id = previews.subscription_id and listed.price_id = previews.price_id
