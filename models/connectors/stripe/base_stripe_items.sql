-- Grain: one row per item that a subscription has now.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set subscriptions = landed_table('stripe', ['subscriptions', 'subscription'], 'subscriptions') %}
{%- set table = landed_table('stripe', ['subscription_item', 'subscription_items'], 'items') %}
{%- set list = landed_list(subscriptions, 'items.data', 'items', ['subscription__items__data']) %}
{#- Loaders keep removed items in a table of items: the list of the subscription itself counts where it was loaded. #}
{%- set rows = first_landed('stripe', [list, table, subscriptions]) %}
{%- set is_export = not list.name and not table.name %}
with

event_items as (select * from {{ ref('base_stripe_event_items') }}),

landed_items as (

    select
        {{ landed(rows, 'id', 'id') }} as item_id,
        {% if list.name -%} coalesce(
            {{ landed(rows, ['subscription', 'subscription_id'], 'id') }},
            {{ landed(subscriptions, 'id', 'id') }}
        )
        {%- else -%} {{ landed(rows, ['subscription', 'subscription_id'] + (['id'] if is_export else []), 'id') }}
        {%- endif %} as subscription_id,
        {{ landed(rows, ['price.id', 'price_id', 'price', 'plan.id', 'plan_id', 'plan'], 'id') }} as price_id,
        {{ landed(rows, 'quantity', 'number') }} as quantity,
        {{ 'cast(null as timestamp)' if is_export else landed(rows, 'created', 'instant') }} as created_at,
        {{ landed(rows, 'current_period_end', 'instant') }} as period_ends_at,
        {{ landed(rows, 'tax_rates') }} as tax_rates,
        {{ landed_at(rows, subscriptions) }} as landed_at
    from {{ rows.sql }}

),

-- Of a subscription that only events tell of, what its last event says.
known_items as (

    select *
    from landed_items
    where item_id is not null

    union all

    select
        events.item_id,
        events.subscription_id,
        events.price_id,
        events.quantity,
        cast(null as timestamp) as created_at,
        cast(null as timestamp) as period_ends_at,
        null as tax_rates,
        events.landed_at
    from event_items as events
    left join landed_items on events.subscription_id = landed_items.subscription_id
    where events.event_recency = 1 and not events.is_before and landed_items.subscription_id is null

),

ordered_items as (
    select
        *,
        row_number() over (partition by item_id, subscription_id order by landed_at desc nulls last, price_id asc) as recency
    from known_items
)

select
    item_id,
    subscription_id,
    price_id,
    quantity,
    created_at,
    period_ends_at,
    tax_rates,
    landed_at
from ordered_items
where recency = 1
