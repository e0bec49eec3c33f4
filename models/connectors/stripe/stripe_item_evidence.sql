-- Grain: one row per item, instant and source that says which price and quantity the item had from then on (precedence 0: until then).
{{ config(enabled='stripe' in var('connectors') | string) }}
with

current_items as (select * from {{ ref('stripe_current_items') }}),

subscriptions as (select * from {{ ref('base_stripe_subscriptions') }}),

items as (select * from {{ ref('base_stripe_items') }}),

prices as (select * from {{ ref('base_stripe_prices') }}),

phases as (select * from {{ ref('base_stripe_schedule_phases') }}),

event_items as (select * from {{ ref('base_stripe_event_items') }}),

-- Later versions of the API name no item on a proration: that of its subscription with its price, or the only one.
named_items as (
    select
        subscription_id,
        price_id,
        min(item_id) as item_id,
        min(min(item_id)) over (partition by subscription_id) as first_item_id,
        sum(count(*)) over (partition by subscription_id) as item_count
    from items
    group by subscription_id, price_id
),

-- Use is billed by what was used: such an item has no quantity. Of tiers each has a line of its own.
item_lines as (
    select
        lines.subscription_id,
        coalesce(lines.item_id, of_price.item_id, only_items.first_item_id) as item_id,
        lines.price_id,
        lines.quantity,
        lines.amount,
        lines.is_proration,
        lines.period_started_at
    from {{ ref('base_stripe_invoice_lines') }} as lines
    left join prices on lines.price_id = prices.price_id
    left join named_items as of_price
        on lines.is_proration and lines.subscription_id = of_price.subscription_id and lines.price_id = of_price.price_id
    left join named_items as only_items
        on lines.is_proration and lines.subscription_id = only_items.subscription_id and only_items.item_count = 1
    where
        coalesce(lines.item_id, of_price.item_id, only_items.first_item_id) is not null
        and lines.quantity is not null and prices.tiers_mode is null
        and coalesce(lines.usage_type, prices.usage_type, '') <> 'metered'
),

-- A version is dated by the second of the proration to its quantity, not by the time of its synchronization. Those before an item began
-- are of others, which the subscription no longer has.
version_quantities as (

    select
        current_items.subscription_id,
        current_items.item_id,
        coalesce(max(item_lines.period_started_at), versions.version_at) as changed_at,
        versions.quantity
    from subscriptions as versions
    inner join current_items on versions.subscription_id = current_items.subscription_id and current_items.item_count = 1
    left join item_lines
        on
            current_items.item_id = item_lines.item_id and item_lines.is_proration and item_lines.amount >= 0
            and versions.quantity = item_lines.quantity
            and item_lines.period_started_at between versions.version_at - interval '48' hour and versions.version_at
    where versions.quantity is not null and coalesce(versions.version_at >= current_items.item_started_at, true)
    group by current_items.subscription_id, current_items.item_id, versions.version_at, versions.quantity

)

-- A credit repeats what the item was until its second, which comes before what it is from then on.
select
    subscription_id,
    item_id,
    period_started_at as known_at,
    price_id,
    quantity,
    case when amount < 0 then 0 when is_proration then 3 else 2 end as precedence
from item_lines
where is_proration or amount >= 0

union all

select subscription_id, item_id, changed_at as known_at, null as price_id, quantity, 1 as precedence
from version_quantities

union all

select subscription_id, item_id, occurred_at as known_at, price_id, quantity, case when is_before then 0 else 3 end as precedence
from event_items

union all

select subscription_id, item_id, landed_at as known_at, price_id, quantity, 4 as precedence
from current_items

union all

-- A phase to come names no item: the only one, that of its price, or a new one.
select
    phases.subscription_id,
    coalesce(current_items.item_id, phases.subscription_id || '|' || phases.price_id) as item_id,
    phases.started_at as known_at,
    phases.price_id,
    phases.quantity,
    5 as precedence
from phases
left join current_items
    on
        phases.subscription_id = current_items.subscription_id
        and (phases.price_id = current_items.price_id or (phases.item_count = 1 and current_items.item_count = 1))
