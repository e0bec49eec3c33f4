-- Grain: one row per item of a subscription and instant from which it had another price or quantity.
-- What an item was before today stands on the lines of invoices and in the versions of its subscription.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

evidence as (select * from {{ ref('stripe_item_evidence') }}),

current_items as (select * from {{ ref('stripe_current_items') }}),

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
