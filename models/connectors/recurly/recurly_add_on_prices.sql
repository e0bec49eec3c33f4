-- Grain: one row per version of an add-on that is priced by tiers: what one unit costs at its quantity.
{{ config(enabled='recurly' in var('connectors') | string) }}
with

add_ons as (select * from {{ ref('base_recurly_add_ons') }}),

landed_tiers as (

    select
        add_ons.item_id,
        add_ons.version_at,
        add_ons.tier_type,
        add_ons.quantity,
        {{ number_in(json_value('tiers.element', ['ending_quantity'])) }} as to_unit,
        coalesce(
            {{ number_in(json_value('tiers.element', ['unit_amount_decimal'])) }}, {{ number_in(json_value('tiers.element', ['unit_amount'])) }}
        ) as unit_amount
    from add_ons {{ join_json_elements('add_ons.tiers', 'tiers') }}
    where add_ons.tier_type in ('tiered', 'volume', 'stairstep')

),

tiers as (
    select
        *,
        coalesce(lag(to_unit) over (partition by item_id, version_at order by to_unit asc nulls last), 0) as units_before
    from landed_tiers
)

-- Tiered: each unit at the price of its tier. Volume: all at that of the tier reached. Stairstep: the price of that tier for all together.
select
    item_id,
    version_at,
    {{ rate("""sum(
        case
            when tier_type = 'tiered' then (least(quantity, coalesce(to_unit, quantity)) - units_before) * unit_amount
            when coalesce(quantity <= to_unit, true) then case when tier_type = 'volume' then quantity else 1 end * unit_amount
        end
    )""", 'max(quantity)') }} as unit_amount
from tiers
where quantity > units_before
group by item_id, version_at
