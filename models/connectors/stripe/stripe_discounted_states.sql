-- Grain: one row per item and instant, with what is taken off its price from then on: a rate, then an amount in major units.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

states as (select * from {{ ref('stripe_item_states') }}),

discounts as (select * from {{ ref('stripe_item_discounts') }}),

-- One kind of discount counts on a row: one that is given again before one that is given once.
active_discounts as (
    select
        states.item_id,
        states.changed_at,
        discounts.is_of_item,
        discounts.ended_at,
        discounts.discount_rate,
        discounts.discount_amount,
        discounts.is_once,
        min(case when discounts.is_once then 1 else 0 end) over (partition by states.item_id, states.changed_at) as is_only_once
    from states
    inner join discounts
        on
            states.item_id = discounts.item_id and discounts.started_at <= states.changed_at
            and coalesce(discounts.ended_at > states.changed_at, true)
),

-- Percentages multiply.
item_discounts as (
    select
        item_id,
        changed_at,
        {{ combined_rate('discount_rate') }} as discount_rate,
        sum(case when is_of_item then discount_amount else 0 end) as item_amount,
        sum(case when is_of_item then 0 else discount_amount end) as subscription_amount,
        min(ended_at) as ended_at,
        max(is_only_once) as is_only_once
    from active_discounts
    where is_only_once = 1 or not is_once
    group by item_id, changed_at
),

-- What is taken off a subscription once a bill is shared by its items' net amounts; the largest has what rounding leaves.
net_amounts as (
    select
        states.item_id,
        states.subscription_id,
        states.changed_at,
        states.price_id,
        states.status,
        states.quantity,
        states.unit_amount,
        states.currency,
        states.billing_interval,
        states.interval_count,
        states.decimal_places,
        states.cancel_requested_at,
        states.cancel_reason,
        discounts.discount_rate,
        discounts.item_amount,
        discounts.subscription_amount,
        discounts.is_only_once,
        discounts.ended_at,
        -- What has ended has no share.
        case
            when states.status <> 'canceled'
                then coalesce(states.quantity, 1) * states.unit_amount * (1 - coalesce(discounts.discount_rate, 0))
                    - coalesce(discounts.item_amount, 0)
            else 0
        end as net_amount
    from states
    left join item_discounts as discounts on states.item_id = discounts.item_id and states.changed_at = discounts.changed_at
),

shares as (
    select
        *,
        {{ rounded(
            'subscription_amount * ' ~ rate('net_amount', 'sum(net_amount) over (partition by subscription_id, changed_at)'),
            'decimal_places'
        ) }} as share_amount,
        row_number() over (partition by subscription_id, changed_at order by net_amount desc nulls last, item_id asc) as size_rank
    from net_amounts
)

select
    *,
    share_amount + case
        when size_rank = 1 then subscription_amount - sum(share_amount) over (partition by subscription_id, changed_at)
        else 0
    end as whole_share_amount
from shares
