-- Grain: one row per price that anything names, with its list price in major units.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set table = landed_table('paddle', ['prices', 'price'], 'prices') %}
{%- set subscription_items = landed_table('paddle', ['subscription_items', 'subscription_item'], 'items') %}
with

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

transactions as (select * from {{ ref('base_paddle_transactions') }}),

lines as (select * from {{ ref('base_paddle_transaction_lines') }}),

currencies as (select * from {{ ref('currencies') }}),

-- The catalogue before the copies that subscriptions and transactions hold, of these the newest.
landed_prices as (

    {% for rows, prefix, source, parent, landed_at in [
        [table, '', table.sql, none, landed_at(table)],
        [
            {'alias': 'elements', 'columns': none, 'prefix': 'subscriptions.account_prefix'}, 'price.',
            'subscriptions ' ~ join_json_elements('subscriptions.items', 'elements'),
            'subscriptions.version_at', 'subscriptions.landed_at'
        ],
        [
            {'alias': 'elements', 'columns': none, 'prefix': 'transactions.account_prefix'}, 'price.',
            'transactions ' ~ join_json_elements('transactions.items', 'elements'),
            'transactions.issued_at', 'transactions.landed_at'
        ]
    ] %}
    select
        {{ landed(rows, prefix ~ 'id', 'id') }} as price_id,
        {{ landed(rows, prefix ~ 'product_id', 'id') }} as product_id,
        {{ landed(rows, [prefix ~ 'name', prefix ~ 'description']) }} as price_name,
        {{ landed(rows, 'product.name') if prefix else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as product_name,
        {{ landed(rows, prefix ~ 'unit_price.amount', 'number') }} as minor_amount,
        upper({{ landed(rows, prefix ~ 'unit_price.currency_code') }}) as currency,
        lower({{ landed(rows, prefix ~ 'billing_cycle.interval') }}) as billing_interval,
        {{ landed(rows, prefix ~ 'billing_cycle.frequency', 'number') }} as interval_count,
        {{ landed(rows, 'recurring', 'boolean') }} as is_recurring,
        {{ 'true' if is_landed(rows, prefix ~ 'billing_cycle.interval') else 'false' }} as has_cycle,
        {{ loop.index }} as place,
        {{ parent or landed(rows, 'updated_at', 'instant') }} as dated_at,
        {{ landed_at }} as landed_at
    from {{ source }}

    union all
    {% endfor %}
    {%- for source, price_id, is_recurring, landed_at in [
        ['lines', 'price_id', 'cast(null as boolean)', 'landed_at'],
        [
            subscription_items.sql, landed(subscription_items, ['price.id', 'price_id'], 'id'),
            landed(subscription_items, 'recurring', 'boolean'), landed_at(subscription_items)
        ]
    ] %}
    select
        {{ price_id }} as price_id, null as product_id, null as price_name, null as product_name, null as minor_amount,
        null as currency, null as billing_interval, null as interval_count, {{ is_recurring }} as is_recurring,
        false as has_cycle, 4 as place, cast(null as timestamp) as dated_at, {{ landed_at }} as landed_at
    from {{ source }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

ordered_prices as (
    select
        *,
        max(product_name) over (partition by price_id) as known_product_name,
        max(billing_interval) over (partition by price_id) as known_interval,
        max(interval_count) over (partition by price_id) as known_count,
        max(case when has_cycle then 1 else 0 end) over (partition by price_id) as is_known,
        max(case when is_recurring then 1 else 0 end) over (partition by price_id) as was_recurring,
        row_number() over (
            partition by price_id order by place asc, dated_at desc nulls last, landed_at desc nulls last, minor_amount asc, price_name asc
        ) as recency
    from landed_prices
    where price_id is not null
)

select
    prices.price_id,
    prices.product_id,
    prices.price_name,
    prices.known_product_name as product_name,
    prices.minor_amount / power(10, currencies.decimal_places) as unit_amount,
    prices.currency,
    coalesce(prices.billing_interval, prices.known_interval) as billing_interval,
    cast(coalesce(prices.interval_count, prices.known_count) as {{ dbt.type_int() }}) as interval_count,
    -- What nobody says the cycle of may be billed again.
    prices.known_interval is null and prices.is_known = 1 and prices.was_recurring = 0 as is_one_off,
    prices.landed_at
from ordered_prices as prices
left join currencies on prices.currency = currencies.currency
where prices.recency = 1
