-- Grain: one row per item of a subscription, named for its price, each time its terms, its status or its discount change.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set columns = ['status', 'quantity', 'unit_amount', 'currency', 'billing_interval', 'interval_count', 'auto_renew',
    'cancel_requested_at'] %}
{%- set discount_columns = ['discount_rate', 'discount_amount', 'discount_kind', 'discount_ends_at'] %}
with

states as (select * from {{ ref('paddle_item_states') }}),

discounts as (select * from {{ ref('paddle_discounted_states') }}),

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

-- What is gone keeps the quantity that it had.
held_states as (
    select
        *,
        sum(case when quantity = 0 then 0 else 1 end) over (
            partition by subscription_id, price_id order by changed_at rows unbounded preceding
        ) as held_number
    from states
),

changes as (
    select
        states.subscription_id,
        states.price_id as item_id,
        states.changed_at,
        states.customer_id,
        states.price_id as plan_id,
        states.status,
        max(states.quantity) over (partition by states.subscription_id, states.price_id, states.held_number) as quantity,
        states.unit_amount,
        states.currency,
        states.billing_interval,
        states.interval_count,
        nullif(discounts.discount_rate, 0) as discount_rate,
        nullif(discounts.discount_amount, 0) as discount_amount,
        case discounts.is_only_once when 1 then 'once' when 0 then 'recurring' end as discount_kind,
        case when discounts.is_only_once = 0 then discounts.ended_at end as discount_ends_at,
        states.auto_renew,
        states.cancel_requested_at,
        discounts.ended_at as discounted_until,
        states.landed_at as loaded_at
    from held_states as states
    left join discounts
        on
            states.subscription_id = discounts.subscription_id and states.price_id = discounts.price_id
            and states.changed_at = discounts.changed_at
    where states.held_number > 0
),

-- Of what is gone nothing changes.
compared_changes as (
    select
        *,
        row_number() over (partition by subscription_id, item_id order by changed_at) as change_number,
        {{ earlier_columns(columns + discount_columns + ['discounted_until'], 'subscription_id, item_id') }}
    from changes
)

select
    subscription_id,
    item_id,
    changed_at,
    customer_id,
    plan_id,
    {%- for column in columns + discount_columns %}
    {{ column }},
    {%- endfor %}
    loaded_at
from compared_changes
-- That a discount has ended stands on the row that it began with.
where
    change_number = 1
    or (
        (
            {{ differs_from_earlier(columns) }}
            or (
                not coalesce(discount_kind is null and earlier_discounted_until <= changed_at, false)
                and ({{ differs_from_earlier(discount_columns) }})
            )
        )
        and not (status = 'canceled' and earlier_status = 'canceled')
    )

union all

-- A subscription of which no item was loaded: staging counts it, by what it lacks.
select
    subscription_id,
    null as item_id,
    started_at as changed_at,
    customer_id,
    null as plan_id,
    {%- for column in columns + discount_columns %}
    {{ column if column in ['status', 'currency', 'billing_interval', 'interval_count'] else 'null as ' ~ column }},
    {%- endfor %}
    landed_at as loaded_at
from subscriptions
where recency = 1 and coalesce(items, '[]') = '[]' and subscription_id not in (select states.subscription_id from states)
