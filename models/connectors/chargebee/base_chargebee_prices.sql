-- Grain: one row per item price of product catalogue 2.0, or plan or add-on of 1.0, that is listed, in major units.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set prices = landed_table('chargebee', ['item_price', 'item_prices'], 'prices') %}
{%- set items = landed_table('chargebee', ['item', 'items'], 'items') %}
{%- set plans = landed_table('chargebee', ['plan', 'plans'], 'prices') %}
{%- set addons = landed_table('chargebee', ['addon', 'addons'], 'prices') %}
with

currencies as (select * from {{ ref('currencies') }}),

landed_prices as (
    {% for rows, catalogue, type in [[prices, 2, none], [plans, 1, 'plan'], [addons, 1, 'addon']] %}
    select
        {{ catalogue }} as catalogue,
        {{ landed(rows, 'id', 'id') }} as price_id,
        {{ landed(rows, 'item_id', 'id') }} as product_id,
        {{ landed(rows, 'item_family_id', 'id') }} as family_id,
        {{ "'" ~ type ~ "'" if type else 'lower(' ~ landed(rows, 'item_type') ~ ')' }} as item_type,
        lower({{ landed(rows, 'charge_type') }}) as charge_type,
        {{ landed(rows, ['external_name', 'name', 'invoice_name']) }} as price_name,
        upper({{ landed(rows, 'currency_code') }}) as currency,
        {{ landed(rows, 'price_in_decimal', 'number') }} as decimal_price,
        {{ landed(rows, 'price', 'number') }} as minor_price,
        lower({{ landed(rows, 'period_unit') }}) as billing_interval,
        {{ landed(rows, 'period', 'number') }} as interval_count,
        {{ landed(rows, ['updated_at'], 'instant') }} as updated_at,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

landed_products as (
    select
        {{ landed(items, 'id', 'id') }} as product_id,
        {{ landed(items, ['external_name', 'name']) }} as product_name,
        {{ landed(items, 'item_family_id', 'id') }} as family_id,
        lower({{ landed(items, 'type') }}) as item_type,
        coalesce({{ landed(items, 'metered', 'boolean') }}, false) as is_metered,
        row_number() over (
            partition by {{ landed(items, 'id', 'id') }}
            order by {{ landed(items, 'updated_at', 'instant') }} desc nulls last, {{ landed_at(items) }} desc nulls last
        ) as recency
    from {{ items.sql }}
),

-- The catalogue that is in use is 2.0 where both are there.
ordered_prices as (
    select
        *,
        row_number() over (
            partition by price_id order by catalogue desc, updated_at desc nulls last, landed_at desc nulls last, item_type desc
        ) as recency
    from landed_prices
    where price_id is not null
)

select
    prices.catalogue,
    prices.price_id,
    coalesce(prices.item_type, products.item_type) as item_type,
    prices.product_id,
    coalesce(prices.family_id, products.family_id) as family_id,
    prices.price_name,
    products.product_name,
    coalesce(products.is_metered, false) as is_metered,
    coalesce(prices.charge_type = 'non_recurring', false) as is_one_off,
    prices.currency,
    coalesce(prices.decimal_price, prices.minor_price / power(10, currencies.decimal_places)) as unit_amount,
    case when prices.billing_interval in ('day', 'week', 'month', 'year') then prices.billing_interval end as billing_interval,
    case when prices.billing_interval in ('day', 'week', 'month', 'year') then coalesce(prices.interval_count, 1) end as interval_count,
    prices.landed_at
from ordered_prices as prices
left join landed_products as products on prices.product_id = products.product_id and products.recency = 1
left join currencies on prices.currency = currencies.currency
where prices.recency = 1
