-- Grain: one row per item of a subscription and instant from which its terms, its status or its discount were others.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set columns = ['plan_id', 'status', 'quantity', 'unit_amount', 'currency', 'billing_interval', 'interval_count', 'discount_rate',
    'discount_amount', 'discount_kind', 'discount_ends_at', 'cancel_requested_at', 'cancel_reason'] %}
with

shared as (select * from {{ ref('stripe_discounted_states') }}),

subscriptions as (select * from {{ ref('base_stripe_subscriptions') }}),

changes as (
    select
        shared.subscription_id,
        shared.item_id,
        shared.changed_at,
        subscriptions.customer_id,
        shared.price_id as plan_id,
        shared.status,
        shared.quantity,
        shared.unit_amount,
        shared.currency,
        shared.billing_interval,
        shared.interval_count,
        nullif(shared.discount_rate, 0) as discount_rate,
        nullif(coalesce(shared.item_amount, 0) + coalesce(shared.whole_share_amount, 0), 0) as discount_amount,
        case shared.is_only_once when 1 then 'once' when 0 then 'recurring' end as discount_kind,
        case when shared.is_only_once = 0 then shared.ended_at end as discount_ends_at,
        shared.cancel_requested_at,
        shared.cancel_reason,
        subscriptions.landed_at as loaded_at
    from shared
    inner join subscriptions on shared.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
),

compared_changes as (
    select
        *,
        row_number() over (partition by item_id order by changed_at) as change_number,
        {{ earlier_columns(columns, 'item_id') }}
    from changes
)

select
    subscription_id,
    item_id,
    changed_at,
    customer_id,
    {%- for column in columns %}
    {{ column }},
    {%- endfor %}
    loaded_at
from compared_changes
where
    change_number = 1
    or {{ differs_from_earlier(columns) }}
