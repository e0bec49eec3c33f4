-- Grain: one row per discount of a subscription, an item or a customer, with what its coupon takes off, in minor units.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set subscriptions = landed_table('stripe', ['subscriptions', 'subscription'], 'subscriptions') %}
{%- set items = landed_list(subscriptions, 'items.data', 'items', ['subscription__items__data']) %}
{%- set customers = landed_table('stripe', ['customer', 'customers'], 'customers') %}
{%- set coupons = landed_table('stripe', ['coupon', 'coupons'], 'coupons') %}
{%- set of_subscriptions = landed_list(subscriptions, 'discounts', 'discounts', ['subscription__discounts']) %}
{%- set of_items = landed_list(items, 'discounts', 'discounts', ['subscription__items__data__discounts']) %}
{%- set table = landed_table('stripe', ['discount', 'subscription_discount'], 'discounts') %}
{%- set of_customers = landed_table('stripe', ['customer_discount'], 'discounts') %}
{%- set places = [
    [table, '', none, none, none], [of_customers, '', none, none, none], [of_subscriptions, '', subscriptions, none, none],
    [subscriptions, 'discount.', subscriptions, none, none], [of_items, '', none, items, none], [customers, 'discount.', none, none, customers]
] %}
with

landed_discounts as (
    {% for rows, prefix, subscription, item, customer in places %}
    {%- set has_type = rows.columns is not none and is_landed(rows, 'type_id') %}
    {%- set of_type = landed(rows, 'type_id', 'id') %}
    select
        {{ landed(rows, [prefix ~ 'id'], 'id') }} as discount_id,
        {% if has_type -%}
        {%- for column, types in [
            ['subscription_id', "'subscription'"], ['item_id', "'subscription_item', 'item'"], ['customer_id', "'customer'"]
        ] %}
        case
            when lower({{ landed(rows, 'type') }}) in ({{ types }}) then {{ of_type }}
            when {{ of_type }} is null then {{ landed(rows, 'subscription_item_id' if column == 'item_id' else column, 'id') }}
        end as {{ column }},
        {%- endfor %}
        {%- else -%}
        {{ landed(subscription, 'id', 'id') if subscription else landed(rows, 'subscription_id', 'id') }} as subscription_id,
        {{ landed(item, 'id', 'id') if item else landed(rows, 'subscription_item_id', 'id') }} as item_id,
        {{ landed(customer, 'id', 'id') if customer else landed(rows, 'customer_id', 'id') }} as customer_id,
        {%- endif %}
        {{ landed(rows, [prefix ~ 'source.coupon.id', prefix ~ 'source.coupon', prefix ~ 'coupon.id', prefix ~ 'coupon_id', prefix ~ 'coupon'], 'id') }} as coupon_id,
        {{ landed(rows, [prefix ~ 'source.coupon.percent_off', prefix ~ 'coupon.percent_off'], 'number') }} as percent_off,
        {{ landed(rows, [prefix ~ 'source.coupon.amount_off', prefix ~ 'coupon.amount_off'], 'number') }} as amount_off,
        {{ landed(rows, [prefix ~ 'source.coupon.duration', prefix ~ 'coupon.duration']) }} as duration,
        {{ landed(rows, [prefix ~ 'source.coupon.duration_in_months', prefix ~ 'coupon.duration_in_months'], 'number') }} as duration_months,
        {{ landed(rows, [prefix ~ 'source.coupon.applies_to.products', prefix ~ 'coupon.applies_to.products'], 'ids') }} as products,
        {{ landed(rows, prefix ~ 'start', 'instant') }} as started_at,
        {{ landed(rows, prefix ~ 'end', 'instant') }} as ended_at
    from {{ rows.sql }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

),

coupons as (

    select
        {{ landed(coupons, 'id', 'id') }} as coupon_id,
        {{ landed(coupons, 'percent_off', 'number') }} as percent_off,
        {{ landed(coupons, 'amount_off', 'number') }} as amount_off,
        {{ landed(coupons, 'duration') }} as duration,
        {{ landed(coupons, 'duration_in_months', 'number') }} as duration_months,
        {{ landed(coupons, 'applies_to.products', 'ids') }} as products,
        row_number() over (
            partition by {{ landed(coupons, 'id', 'id') }} order by {{ landed_at(coupons) }} desc nulls last, {{ landed(coupons, 'duration') }} asc
        ) as recency
    from {{ coupons.sql }}

),

ordered_discounts as (
    select
        *,
        row_number() over (
            partition by coalesce(item_id, subscription_id, customer_id), coalesce(discount_id, coupon_id)
            order by started_at desc nulls last, ended_at desc nulls first, duration desc nulls last
        ) as recency
    from landed_discounts
    where discount_id is not null or coupon_id is not null
)

select
    coalesce(discounts.discount_id, discounts.coupon_id) as discount_id,
    discounts.item_id,
    case when discounts.item_id is null then discounts.subscription_id end as subscription_id,
    case when discounts.item_id is null and discounts.subscription_id is null then discounts.customer_id end as customer_id,
    coalesce(discounts.percent_off, coupons.percent_off) as percent_off,
    coalesce(discounts.amount_off, coupons.amount_off) as amount_off,
    coalesce(discounts.duration, coupons.duration) as duration,
    coalesce(discounts.duration_months, coupons.duration_months) as duration_months,
    coalesce(discounts.products, coupons.products) as products,
    discounts.started_at,
    discounts.ended_at
from ordered_discounts as discounts
left join coupons on discounts.coupon_id = coupons.coupon_id and coupons.recency = 1
where discounts.recency = 1
