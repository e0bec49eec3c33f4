-- Grain: one row per coupon that is listed, money in minor units.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set coupons = landed_table('chargebee', ['coupon', 'coupons'], 'coupons') %}
{%- set constraints = landed_list(coupons, 'item_constraints', 'constraints') %}
{%- set criteria = landed_list(coupons, 'item_constraint_criteria', 'criteria') %}
with

landed_coupons as (
    select
        {{ landed(coupons, 'id', 'id') }} as coupon_id,
        lower({{ landed(coupons, 'discount_type') }}) as discount_type,
        {{ landed(coupons, 'discount_percentage', 'number') }} as percentage,
        {{ landed(coupons, 'discount_amount', 'number') }} as minor_amount,
        {{ landed(coupons, 'discount_quantity', 'number') }} as free_quantity,
        lower({{ landed(coupons, 'duration_type') }}) as duration_type,
        {{ landed(coupons, ['period', 'duration_month'], 'number') }} as period,
        coalesce(lower({{ landed(coupons, 'period_unit') }}), 'month') as period_unit,
        lower({{ landed(coupons, 'apply_on') }}) as apply_on,
        lower({{ landed(coupons, 'plan_constraint') }}) as plan_constraint,
        {{ landed(coupons, 'plan_ids', 'ids') }} as plan_ids,
        lower({{ landed(coupons, 'addon_constraint') }}) as addon_constraint,
        {{ landed(coupons, 'addon_ids', 'ids') }} as addon_ids,
        {{ landed(coupons, 'created_at', 'instant') }} as created_at,
        row_number() over (
            partition by {{ landed(coupons, 'id', 'id') }}
            order by {{ landed(coupons, 'updated_at', 'instant') }} desc nulls last, {{ landed_at(coupons) }} desc nulls last
        ) as recency
    from {{ coupons.sql }}
),

-- Catalogue 2.0: which item prices, or which families of them, of plans and of add-ons.
landed_constraints as (

    select
        {{ landed(coupons, 'id', 'id') }} as coupon_id,
        lower({{ landed(constraints, 'item_type') }}) as item_type,
        lower({{ landed(constraints, 'constraint') }}) as item_constraint,
        {{ landed(constraints, 'item_price_ids', 'ids') }} as ids
    from {{ constraints.sql }}

    union all

    select
        {{ landed(coupons, 'id', 'id') }} as coupon_id,
        lower({{ landed(criteria, 'item_type') }}) as item_type,
        cast(null as {{ dbt.type_string() }}) as item_constraint,
        {{ landed(criteria, 'item_family_ids', 'ids') }} as ids
    from {{ criteria.sql }}

),

constraints as (
    select
        coupon_id,
        {% for type in ['plan', 'addon'] -%}
        max(case when item_type = '{{ type }}' then item_constraint end) as {{ type }}_constraint,
        max(case when item_type = '{{ type }}' then ids end) as {{ type }}_ids{{ ',' if not loop.last }}
        {% endfor %}
    from landed_constraints
    group by coupon_id
)

select
    coupons.coupon_id,
    coupons.discount_type,
    coupons.percentage,
    coupons.minor_amount,
    coupons.free_quantity,
    coupons.duration_type,
    coupons.period,
    coupons.period_unit,
    coupons.apply_on,
    coalesce(constraints.plan_constraint, coupons.plan_constraint, 'all') as plan_constraint,
    coalesce(constraints.plan_ids, coupons.plan_ids) as plan_ids,
    coalesce(constraints.addon_constraint, coupons.addon_constraint, 'all') as addon_constraint,
    coalesce(constraints.addon_ids, coupons.addon_ids) as addon_ids,
    coupons.created_at
from landed_coupons as coupons
left join constraints on coupons.coupon_id = constraints.coupon_id
where coupons.recency = 1 and coupons.coupon_id is not null
