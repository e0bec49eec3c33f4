-- Grain: one row per price and amount that takes its place in some countries, in major units.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set prices = landed_table('paddle', ['prices', 'price'], 'prices') %}
{%- set table = landed_table('paddle', ['price_unit_price_override', 'price_unit_price_overrides'], 'overrides') %}
{%- set list = {'alias': 'overrides', 'columns': none} %}
{%- set items = {'alias': 'items', 'columns': none, 'prefix': 'subscriptions.account_prefix'} %}
with

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

currencies as (select * from {{ ref('currencies') }}),

-- The copy that an item of a subscription holds, else the catalogue.
embedded as (

    select
        {{ landed(items, 'price.id', 'id') }} as price_id,
        {{ landed(items, 'price.unit_price_overrides') }} as overrides
    from subscriptions {{ join_json_elements('subscriptions.items', 'items') }}

    union all

    select
        {{ landed(prices, 'id', 'id') }} as price_id,
        {{ landed(prices, 'unit_price_overrides') }} as overrides
    from {{ prices.sql }}

),

overrides as (

    select
        embedded.price_id,
        {{ landed(list, 'country_codes') }} as countries,
        {{ landed(list, 'unit_price.amount', 'number') }} as minor_amount,
        upper({{ landed(list, 'unit_price.currency_code') }}) as currency
    from embedded {{ join_json_elements('embedded.overrides', 'overrides') }}

    union distinct

    select
        {{ landed(table, 'price_id', 'id') }} as price_id,
        '"' || {{ landed(table, ['country_code', 'country_codes']) }} || '"' as countries,
        {{ landed(table, ['amount', 'unit_price.amount'], 'number') }} as minor_amount,
        upper({{ landed(table, ['currency_code', 'unit_price.currency_code']) }}) as currency
    from {{ table.sql }}

)

select
    overrides.price_id,
    upper(overrides.countries) as countries,
    overrides.currency,
    overrides.minor_amount / power(10, currencies.decimal_places) as unit_amount
from overrides
inner join currencies on overrides.currency = currencies.currency
where overrides.price_id is not null
