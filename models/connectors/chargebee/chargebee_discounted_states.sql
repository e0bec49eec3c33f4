-- Grain: one row per item and instant, with what is taken off its price from then on: a rate, then an amount in major units.
{{ config(enabled='chargebee' in var('connectors') | string) }}
with

states as (select * from {{ ref('chargebee_item_states') }}),

discounts as (

    select
        *,
        -- What is taken off a bill is shared by the items that it is for, by their amounts.
        item_amount + bill_amount * coalesce(
            {{ rate('item_total', 'sum(item_total) over (partition by subscription_id, version_number, discount_id)') }}, 0
        ) as discount_amount
    from {{ ref('chargebee_item_discounts') }}

),

-- One kind of discount counts on a row: one that is given again before one that is given once.
active_discounts as (
    select
        states.subscription_id,
        states.price_id,
        states.changed_at,
        discounts.is_once,
        discounts.ended_at,
        discounts.discount_rate,
        discounts.discount_amount,
        min(case when discounts.is_once then 1 else 0 end) over (
            partition by states.subscription_id, states.price_id, states.changed_at
        ) as is_only_once
    from states
    inner join discounts
        on
            states.subscription_id = discounts.subscription_id and states.price_id = discounts.price_id
            and states.version_number = discounts.version_number
            and coalesce(discounts.started_at <= states.changed_at, true)
            and coalesce(discounts.ended_at > states.changed_at, true)
),

-- Percentages multiply.
item_discounts as (
    select
        subscription_id,
        price_id,
        changed_at,
        {{ combined_rate('discount_rate') }} as discount_rate,
        sum(discount_amount) as discount_amount,
        min(ended_at) as ended_at,
        max(is_only_once) as is_only_once
    from active_discounts
    where is_only_once = 1 or not is_once
    group by subscription_id, price_id, changed_at
)

select
    states.subscription_id,
    states.price_id,
    states.changed_at,
    states.version_number,
    states.status,
    states.cancel_requested_at,
    states.cancel_reason,
    states.quantity,
    states.unit_amount,
    states.billing_interval,
    states.interval_count,
    {{ rounded('nullif(discounts.discount_rate, 0)', 8) }} as discount_rate,
    {{ rounded('nullif(discounts.discount_amount, 0)', 8) }} as discount_amount,
    case discounts.is_only_once when 1 then 'once' when 0 then 'recurring' end as discount_kind,
    discounts.ended_at as discount_ends_at
from states
left join item_discounts as discounts
    on
        states.subscription_id = discounts.subscription_id and states.price_id = discounts.price_id
        and states.changed_at = discounts.changed_at
