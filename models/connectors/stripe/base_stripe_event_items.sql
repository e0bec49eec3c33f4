-- Grain: one row per item in an event of its subscription, as it was before the event (is_before) or from it on.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set events = landed_table('stripe', ['event', 'events'], 'events') %}
{%- set places = [] %}
{%- for state in ['object', 'previous_attributes'] %}
{%- do places.append([
    landed_list(events, 'data.' ~ state ~ '.items.data', 'items', ['event__data__' ~ state ~ '__items__data']), state != 'object'
]) %}
{%- endfor %}
with

landed_items as (
    {% for rows, is_before in places %}
    select
        {{ landed(events, 'data.object.id', 'id') }} as subscription_id,
        {{ landed(rows, 'id', 'id') }} as item_id,
        {{ landed(rows, ['price.id', 'plan.id'], 'id') }} as price_id,
        {{ landed(rows, 'quantity', 'number') }} as quantity,
        {{ landed(events, 'created', 'instant') }} as occurred_at,
        {{ is_before | lower }} as is_before,
        {{ landed_at(events) }} as landed_at
    from {{ rows.sql }}
    where {{ landed(events, 'type') }} like 'customer.subscription.%'
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select
    *,
    dense_rank() over (partition by subscription_id, is_before order by occurred_at desc) as event_recency
from landed_items
where item_id is not null
