-- Grain: one row per item of a subscription and instant from which it had another price or quantity.
-- What an item was before today stands on the lines of invoices and in the versions of its subscription.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

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

current_items as (

    select
        items.*,
        case when items.created_at > subscriptions.created_at + interval '1' minute then items.created_at else subscriptions.started_at end
            as item_started_at,
        count(*) over (partition by items.subscription_id) as item_count
    from items
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
    left join prices on items.price_id = prices.price_id
    where coalesce(prices.usage_type, '') <> 'metered'

),

-- A version is dated by the second of the proration that it caused, not by the time of its synchronization.
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
            current_items.item_id = item_lines.item_id and item_lines.is_proration
            and item_lines.period_started_at between versions.version_at - interval '48' hour and versions.version_at
    where versions.quantity is not null
    group by current_items.subscription_id, current_items.item_id, versions.version_at, versions.quantity

),

-- A credit repeats what the item was until its second, which comes before what it is from then on.
evidence as (

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

),

numbered_evidence as (
    select
        *,
        count(price_id) over (partition by item_id order by known_at asc, precedence asc rows unbounded preceding) as price_number,
        row_number() over (partition by item_id order by known_at asc, precedence asc, quantity desc) as evidence_number
    from evidence
    where known_at is not null or precedence = 4
),

-- A version names no price: that of the evidence before it counts, of the first ones that of the first which names one.
filled_evidence as (
    select
        *,
        coalesce(
            max(price_id) over (partition by item_id, price_number),
            min(case when price_number = 1 then price_id end) over (partition by item_id)
        ) as known_price_id
    from numbered_evidence
),

terms as (

    select
        evidence.subscription_id,
        evidence.item_id,
        case
            when evidence.evidence_number > 1 then evidence.known_at
            else least(coalesce(current_items.item_started_at, evidence.known_at), evidence.known_at)
        end as changed_at,
        evidence.known_price_id as price_id,
        evidence.quantity,
        evidence.evidence_number,
        evidence.precedence,
        current_items.item_id is not null as is_current
    from filled_evidence as evidence
    left join current_items on evidence.item_id = current_items.item_id
    where evidence.precedence > 0 or evidence.evidence_number = 1

),

-- Of one instant what was found last counts.
latest_terms as (
    select
        *,
        row_number() over (partition by item_id, changed_at order by precedence desc, evidence_number desc) as recency
    from terms
),

compared_terms as (
    select
        *,
        lag(price_id) over (partition by item_id order by changed_at) as earlier_price_id,
        lag(quantity) over (partition by item_id order by changed_at) as earlier_quantity
    from latest_terms
    where recency = 1
)

select
    subscription_id,
    item_id,
    changed_at,
    price_id,
    quantity,
    is_current
from compared_terms
where earlier_price_id is null or price_id <> earlier_price_id or coalesce(quantity, 1) <> coalesce(earlier_quantity, 1)
