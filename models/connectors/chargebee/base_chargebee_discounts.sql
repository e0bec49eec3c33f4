-- Grain: one row per coupon or manual discount that a version of a subscription has, money in minor units.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set coupon_table = landed_table('chargebee', ['subscription_coupon'], 'discounts') %}
{%- set discount_table = landed_table('chargebee', ['subscription_discount'], 'discounts') %}
{%- set list = {'name': 'discounts', 'alias': 'discounts', 'columns': none, 'prefix': 'versions.account_prefix'} %}
with

versions as (select * from {{ ref('base_chargebee_subscriptions') }}),

coupons as (select * from {{ ref('base_chargebee_coupons') }}),

landed_discounts as (

    {% for rows, place in [[list, 'coupons'], [list, 'discounts'], [coupon_table, 'coupons'], [discount_table, 'discounts']] %}
    {%- set is_nested = rows.columns is none %}
    select
        versions.subscription_id,
        versions.version_number,
        {{ "cast(null as " ~ dbt.type_string() ~ ")" if place == 'coupons' else landed(rows, ['id', 'index'], 'id') }} as manual_id,
        {{ landed(rows, 'coupon_id', 'id') }} as coupon_id,
        lower({{ landed(rows, 'type') }}) as discount_type,
        {{ landed(rows, 'percentage', 'number') }} as percentage,
        {{ landed(rows, 'amount', 'number') }} as minor_amount,
        {{ landed(rows, 'quantity', 'number') }} as free_quantity,
        lower({{ landed(rows, 'duration_type') }}) as duration_type,
        {{ landed(rows, 'period', 'number') }} as period,
        lower({{ landed(rows, 'period_unit') }}) as period_unit,
        lower({{ landed(rows, 'apply_on') }}) as apply_on,
        {{ landed(rows, 'item_price_id', 'id') }} as price_id,
        {{ landed(rows, 'apply_till', 'instant') }} as ends_at,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ 2 if place == 'coupons' else 1 }} as preference
    {%- if is_nested %}
    from versions {{ join_json_elements('versions.' ~ place, 'discounts') }}
    {%- else %}
    from {{ rows.sql }}
    inner join versions on {{ landed(rows, 'subscription_id', 'id') }} = versions.subscription_id and versions.recency = 1
    where
        not coalesce({{ landed(rows, '_fivetran_deleted', 'boolean') }}, false)
        and coalesce(versions.{{ place }}, '[]') = '[]'
    {%- endif %}
    union all
    {% endfor %}
    -- Before there was a list, one coupon by its id.
    select
        subscription_id, version_number, null as manual_id, coupon as coupon_id, null as discount_type, null as percentage,
        null as minor_amount, null as free_quantity, null as duration_type, null as period, null as period_unit, null as apply_on,
        null as price_id, null as ends_at, null as created_at, 0 as preference
    from versions
    where coupon is not null

),

-- A coupon may stand among the discounts too.
distinct_discounts as (
    select
        *,
        row_number() over (
            partition by subscription_id, version_number, coalesce(coupon_id, manual_id, price_id), coalesce(coupon_id, 'manual')
            order by preference desc, ends_at desc nulls first, percentage desc nulls last, minor_amount desc nulls last
        ) as duplicate_number
    from landed_discounts
)

select
    discounts.subscription_id,
    discounts.version_number,
    coalesce(discounts.coupon_id, discounts.manual_id, discounts.price_id, 'manual') as discount_id,
    coalesce(discounts.discount_type, coupons.discount_type) as discount_type,
    coalesce(discounts.percentage, coupons.percentage) as percentage,
    coalesce(discounts.minor_amount, coupons.minor_amount) as minor_amount,
    coalesce(discounts.free_quantity, coupons.free_quantity) as free_quantity,
    coalesce(discounts.duration_type, coupons.duration_type) as duration_type,
    coalesce(discounts.period, coupons.period) as period,
    coalesce(discounts.period_unit, coupons.period_unit) as period_unit,
    coalesce(discounts.apply_on, coupons.apply_on, 'invoice_amount') as apply_on,
    discounts.price_id,
    coupons.plan_constraint,
    coupons.plan_ids,
    coupons.addon_constraint,
    coupons.addon_ids,
    discounts.ends_at,
    coalesce(discounts.created_at, coupons.created_at) as created_at
from distinct_discounts as discounts
left join coupons on discounts.coupon_id = coupons.coupon_id
where discounts.duplicate_number = 1
