-- Grain: one row per tier of a price, in minor units; from_unit is the first unit of it, to_unit the last (null: no end).
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set prices = landed_table('stripe', ['price', 'prices'], 'prices') %}
{%- set table = landed_table('stripe', ['tier', 'price_tier'], 'tiers') %}
{%- set list = landed_list(prices, none, 'tiers', ['price__tiers']) %}
with

prices as (select * from {{ ref('base_stripe_prices') }}),

landed_tiers as (

    select
        {{ landed(table, ['price_id', 'plan_id'], 'id') }} as price_id,
        {{ landed(table, 'up_to', 'number') }} as to_unit,
        {{ landed(table, ['unit_amount_decimal', 'unit_amount', 'amount'], 'number') }} as unit_amount,
        {{ landed(table, ['flat_amount_decimal', 'flat_amount'], 'number') }} as flat_amount
    from {{ table.sql }}

    union all

    select
        {{ landed(prices, 'id', 'id') }} as price_id,
        {{ landed(list, 'up_to', 'number') }} as to_unit,
        {{ landed(list, ['unit_amount_decimal', 'unit_amount'], 'number') }} as unit_amount,
        {{ landed(list, ['flat_amount_decimal', 'flat_amount'], 'number') }} as flat_amount
    from {{ list.sql }}

    union all

    select
        prices.price_id,
        {{ number_in(json_value('tiers.element', ['up_to'])) }} as to_unit,
        {{ number_in('coalesce(' ~ json_value('tiers.element', ['unit_amount_decimal']) ~ ', ' ~ json_value('tiers.element', ['unit_amount']) ~ ')') }}
            as unit_amount,
        {{ number_in('coalesce(' ~ json_value('tiers.element', ['flat_amount_decimal']) ~ ', ' ~ json_value('tiers.element', ['flat_amount']) ~ ')') }}
            as flat_amount
    from prices {{ join_json_elements('prices.tiers', 'tiers') }}

)

select
    price_id,
    coalesce(lag(to_unit) over (partition by price_id order by to_unit asc nulls last), 0) + 1 as from_unit,
    to_unit,
    coalesce(unit_amount, 0) as unit_amount,
    coalesce(flat_amount, 0) as flat_amount
from landed_tiers
where price_id is not null
