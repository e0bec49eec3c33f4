-- Grain: one row per item price that a version of a subscription has, in major units; charges too.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set table = landed_table('chargebee', ['subscription_item', 'subscription_items'], 'items') %}
{%- set addon_table = landed_table('chargebee', ['subscription_addon'], 'items') %}
{%- set list = {'name': 'items', 'alias': 'items', 'columns': none, 'prefix': 'versions.account_prefix'} %}
with

versions as (select * from {{ ref('base_chargebee_subscriptions') }}),

prices as (select * from {{ ref('base_chargebee_prices') }}),

landed_items as (

    {% for rows, place in [[list, 'subscription_items'], [list, 'addons'], [table, none], [addon_table, none]] %}
    {%- set is_addon = place == 'addons' or loop.last %}
    select
        versions.subscription_id,
        versions.version_number,
        versions.decimal_places,
        {{ 1 if is_addon else 2 }} as catalogue,
        {{ landed(rows, ['addon_id', 'id'] if is_addon else 'item_price_id', 'id') }} as price_id,
        {{ "'addon'" if is_addon else 'lower(' ~ landed(rows, 'item_type') ~ ')' }} as item_type,
        {% for column in ['quantity_in_decimal', 'quantity', 'free_quantity', 'amount_in_decimal', 'amount', 'unit_price_in_decimal', 'unit_price'] -%}
        {{ landed(rows, column, 'number') }} as {{ column }},
        {% endfor -%}
        {{ 'cast(null as timestamp)' if place else landed_at(rows) }} as landed_at
    {%- if place %}
    from versions {{ join_json_elements('versions.' ~ place, 'items') }}
    {%- else %}
    from {{ rows.sql }}
    inner join versions on {{ landed(rows, 'subscription_id', 'id') }} = versions.subscription_id and versions.recency = 1
    where
        not coalesce({{ landed(rows, '_fivetran_deleted', 'boolean') }}, false)
        and coalesce(versions.{{ 'addons' if is_addon else 'subscription_items' }}, '[]') = '[]'
    {%- endif %}
    union all
    {% endfor %}
    select
        subscription_id,
        version_number,
        decimal_places,
        1 as catalogue,
        plan_id as price_id,
        'plan' as item_type,
        plan_quantity_in_decimal as quantity_in_decimal,
        plan_quantity as quantity,
        plan_free_quantity as free_quantity,
        plan_amount_in_decimal as amount_in_decimal,
        plan_amount as amount,
        plan_unit_price_in_decimal as unit_price_in_decimal,
        plan_unit_price as unit_price,
        landed_at
    from versions
    where plan_id is not null

),

counted_items as (
    select
        *,
        -- An item without a quantity has a flat price.
        coalesce(quantity_in_decimal, quantity, 1) as item_quantity,
        coalesce(amount_in_decimal, amount / power(10, decimal_places)) as billed_amount,
        coalesce(unit_price_in_decimal, unit_price / power(10, decimal_places)) as list_amount,
        row_number() over (
            partition by subscription_id, version_number, price_id, item_type
            order by landed_at desc nulls last, amount desc, quantity desc
        ) as duplicate_number
    from landed_items
    where price_id is not null
)

select
    items.subscription_id,
    items.version_number,
    items.price_id,
    coalesce(items.item_type, prices.item_type, 'plan') as item_type,
    coalesce(items.item_type, prices.item_type, 'plan') <> 'charge' and not coalesce(prices.is_one_off or prices.is_metered, false)
        as is_recurring,
    items.item_quantity as quantity,
    coalesce(items.list_amount, prices.unit_amount) as list_amount,
    -- What is billed for one unit, free units and tiers included.
    coalesce(
        items.billed_amount / nullif(items.item_quantity, 0),
        coalesce(items.list_amount, prices.unit_amount) * (items.item_quantity - coalesce(items.free_quantity, 0)) / nullif(items.item_quantity, 0),
        items.list_amount,
        prices.unit_amount
    ) as unit_amount,
    -- Add-ons of catalogue 1.0 have a period of their own.
    case when items.catalogue = 1 and items.item_type = 'addon' then prices.billing_interval end as billing_interval,
    case when items.catalogue = 1 and items.item_type = 'addon' then prices.interval_count end as interval_count
from counted_items as items
left join prices on items.price_id = prices.price_id
where items.duplicate_number = 1
