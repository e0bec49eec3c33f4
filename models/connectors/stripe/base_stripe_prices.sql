-- Grain: one row per price, in major units (its tiers in minor ones): from the list of prices, else as an item or a line names it.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set subscriptions = landed_table('stripe', ['subscriptions', 'subscription'], 'subscriptions') %}
{%- set items = landed_list(subscriptions, 'items.data', 'items', ['subscription__items__data']) %}
{%- set item_table = landed_table('stripe', ['subscription_items'], 'items') %}
{%- set invoices = landed_table('stripe', ['invoice', 'invoices'], 'invoices') %}
{%- set lines = landed_list(invoices, 'lines.data', 'invoice_lines', ['invoice__lines__data']) %}
{%- set line_table = landed_table('stripe', ['invoice_line_items'], 'invoice_lines') %}
{%- set prices = landed_table('stripe', ['price', 'prices'], 'prices') %}
{%- set plans = landed_table('stripe', ['plan', 'plans'], 'plans') %}
{%- set events = landed_table('stripe', ['event', 'events'], 'events') %}
{%- set event_items = landed_list(events, 'data.object.items.data', 'event_items', ['event__data__object__items__data']) %}
{%- set earlier_items = landed_list(events, 'data.previous_attributes.items.data', 'event_items', ['event__data__previous_attributes__items__data']
) %}
{#- The dashboard's export has a plan's terms beside its subscription, in major units. #}
{%- set export = landed_table('stripe', ['subscriptions'], 'subscriptions') %}
{%- set places = [
    [prices, ''], [plans, ''], [items, 'price.'], [item_table, 'price.'], [lines, 'price.'], [line_table, 'price.'], [items, 'plan.'],
    [subscriptions, 'plan.'], [export, ''], [event_items, 'price.'], [earlier_items, 'price.']
] %}
with

currencies as (select * from {{ ref('currencies') }}),

landed_prices as (
    {% for rows, prefix in places %}
    {%- set is_export = rows.alias == 'subscriptions' and not prefix %}
    select
        {{ landed(rows, ['price', 'plan'] if is_export else prefix ~ 'id', 'id') }} as price_id,
        {{ landed(rows, [prefix ~ 'product.id', prefix ~ 'product_id', prefix ~ 'product'], 'id') }} as product_id,
        {{ landed(rows, prefix ~ 'nickname') }} as nickname,
        {{ landed(rows, prefix ~ 'currency') }} as currency,
        {{ landed(rows, [prefix ~ 'unit_amount_decimal', prefix ~ 'unit_amount', prefix ~ 'amount_decimal', prefix ~ 'amount'], 'number') }}
            as unit_amount,
        {{ landed(rows, [prefix ~ 'recurring.interval', prefix ~ 'interval']) }} as billing_interval,
        {{ landed(rows, [prefix ~ 'recurring.interval_count', prefix ~ 'interval_count'], 'number') }} as interval_count,
        {{ landed(rows, [prefix ~ 'recurring.usage_type', prefix ~ 'usage_type']) }} as usage_type,
        {{ landed(rows, prefix ~ 'tiers_mode') }} as tiers_mode,
        {{ landed(rows, prefix ~ 'tiers') }} as tiers,
        {{ landed(rows, [prefix ~ 'transform_quantity.divide_by', prefix ~ 'transform_usage.divide_by'], 'number') }} as pack_size,
        {{ landed(rows, [prefix ~ 'transform_quantity.round', prefix ~ 'transform_usage.round']) }} as pack_rounding,
        {{ landed(rows, prefix ~ 'tax_behavior') }} as tax_behavior,
        coalesce({{ landed(rows, prefix ~ 'livemode', 'boolean') }}, true) as is_live,
        {{ landed_at(rows, subscriptions if rows.alias == 'items' else invoices if rows.alias == 'invoice_lines' else events if rows.alias == 'event_items' else none) }} as landed_at,
        {{ loop.index }} as place,
        {{ is_export | lower }} as is_export
    from {{ rows.sql }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

-- What a price costs never changes: the list is taken before what stands beside an item, the newest before an older one.
ordered_prices as (
    select
        *,
        row_number() over (partition by price_id order by place asc, landed_at desc nulls last, tiers asc nulls last) as recency,
        max(tiers) over (partition by price_id) as known_tiers
    from landed_prices
    where is_live and price_id is not null and price_id not like '%"%'
)

select
    prices.price_id,
    prices.product_id,
    prices.nickname,
    upper(prices.currency) as currency,
    currencies.decimal_places,
    case when prices.is_export then prices.unit_amount else prices.unit_amount / power(10, currencies.decimal_places) end as unit_amount,
    prices.billing_interval,
    case when prices.billing_interval is not null then coalesce(prices.interval_count, 1) end as interval_count,
    prices.usage_type,
    prices.tiers_mode,
    prices.known_tiers as tiers,
    prices.pack_size,
    prices.pack_rounding,
    prices.tax_behavior,
    prices.landed_at
from ordered_prices as prices
left join currencies on upper(prices.currency) = currencies.currency
where prices.recency = 1
