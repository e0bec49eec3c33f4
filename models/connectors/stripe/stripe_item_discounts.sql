-- Grain: one row per item and discount that it has had: its own, its subscription's, or its customer's where neither has one.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

discounts as (select * from {{ ref('base_stripe_discounts') }}),

subscriptions as (select * from {{ ref('base_stripe_subscriptions') }}),

lines as (select * from {{ ref('stripe_billed_lines') }}),

items as (
    select
        *,
        row_number() over (partition by item_id order by changed_at desc) as recency
    from {{ ref('stripe_item_prices') }}
),

current_items as (
    select
        items.subscription_id,
        items.item_id,
        items.product_id,
        items.billing_interval,
        items.interval_count,
        items.decimal_places,
        subscriptions.customer_id,
        subscriptions.started_at
    from items
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
    where items.recency = 1
),

subscription_discounts as (
    select distinct subscription_id
    from discounts
    where subscription_id is not null
),

item_discounts as (

    select
        items.item_id,
        items.subscription_id,
        discounts.discount_id,
        discounts.item_id is not null as is_of_item,
        coalesce(discounts.started_at, items.started_at) as started_at,
        discounts.ended_at,
        discounts.percent_off / 100.0 as discount_rate,
        discounts.amount_off / power(10, items.decimal_places) as discount_amount,
        items.decimal_places,
        -- A discount that meets one bill only is given once.
        discounts.duration = 'once' or (
            discounts.duration = 'repeating'
            and discounts.duration_months < 2 * {{ interval_months('items.billing_interval', 'items.interval_count') }}
        ) as is_once
    from current_items as items
    left join subscription_discounts on items.subscription_id = subscription_discounts.subscription_id
    inner join discounts
        on
            (
                items.item_id = discounts.item_id or items.subscription_id = discounts.subscription_id
                or (items.customer_id = discounts.customer_id and subscription_discounts.subscription_id is null)
            )
            and coalesce(discounts.products like '%"' || items.product_id || '"%', true)

),

-- Discounts that are over are no longer named: what two bills or more were reduced by was one, from the first to the last of them.
billed_discounts as (

    select
        lines.item_id,
        lines.subscription_id,
        min(lines.period_started_at) as started_at,
        max(lines.period_ended_at) as ended_at,
        {{ rate('sum(lines.discount_amount)', 'sum(lines.amount)') }} as discount_rate,
        count(distinct lines.period_started_at) as bill_count
    from lines
    inner join items on lines.item_id = items.item_id and items.recency = 1
    where lines.discount_amount > 0 and lines.amount > 0 and not lines.is_proration
    group by lines.item_id, lines.subscription_id

),

known_starts as (
    select
        item_id,
        min(started_at) as started_at
    from item_discounts
    group by item_id
)

select
    item_id,
    subscription_id,
    discount_id,
    is_of_item,
    started_at,
    ended_at,
    coalesce(discount_rate, 0) as discount_rate,
    coalesce(discount_amount, 0) as discount_amount,
    coalesce(is_once, false) as is_once
from item_discounts

union all

select
    billed.item_id,
    billed.subscription_id,
    'billed' as discount_id,
    true as is_of_item,
    billed.started_at,
    least(billed.ended_at, coalesce(known_starts.started_at, billed.ended_at)) as ended_at,
    billed.discount_rate,
    0 as discount_amount,
    billed.bill_count = 1 as is_once
from billed_discounts as billed
left join known_starts on billed.item_id = known_starts.item_id
where known_starts.started_at is null or known_starts.started_at > billed.started_at
