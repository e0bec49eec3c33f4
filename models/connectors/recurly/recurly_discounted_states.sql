-- Grain: one row per item and instant, with what is taken off its price from then on: a rate, then an amount in major units.
{{ config(enabled='recurly' in var('connectors') | string) }}
with

states as (select * from {{ ref('recurly_item_states') }}),

discounts as (select * from {{ ref('recurly_item_discounts') }}),

-- One kind of discount counts on a row: one that is given again before one that is given once.
active_discounts as (

    select
        states.item_id,
        states.changed_at,
        discounts.ended_at,
        discounts.discount_rate,
        discounts.discount_amount,
        discounts.is_once,
        min(case when discounts.is_once then 1 else 0 end) over (partition by states.item_id, states.changed_at) as is_only_once
    from states
    inner join discounts
        on
            states.item_id = discounts.item_id and states.changed_at >= discounts.started_at
            and coalesce(states.changed_at < discounts.ended_at, true)
    -- What has ended takes no share of a discount.
    where states.status <> 'expired'

),

-- Percentages multiply.
item_discounts as (
    select
        item_id,
        changed_at,
        {{ combined_rate('discount_rate') }} as discount_rate,
        sum(discount_amount) as subscription_amount,
        min(ended_at) as ended_at,
        max(is_only_once) as is_only_once
    from active_discounts
    where is_only_once = 1 or not is_once
    group by item_id, changed_at
),

net_amounts as (
    select
        states.item_id,
        states.subscription_id,
        states.changed_at,
        states.account_id,
        states.plan_id,
        states.status,
        states.quantity,
        states.unit_amount,
        states.currency,
        states.billing_interval,
        states.interval_count,
        states.term_months,
        states.term_started_at,
        states.auto_renew,
        states.cancel_requested_at,
        states.cancel_reason,
        states.landed_at,
        discounts.discount_rate,
        discounts.subscription_amount,
        discounts.is_only_once,
        discounts.ended_at,
        case
            when discounts.item_id is not null then coalesce(states.quantity, 1) * states.unit_amount * (1 - discounts.discount_rate)
        end as net_amount
    from states
    left join item_discounts as discounts on states.item_id = discounts.item_id and states.changed_at = discounts.changed_at
),

-- What is taken off a subscription once a bill is shared by its items' net amounts; the largest has what rounding leaves.
shares as (
    select
        *,
        round(
            cast(
                subscription_amount * {{ rate('net_amount', 'sum(net_amount) over (partition by subscription_id, changed_at)') }}
                as {{ type_amount() }}
            ), 2
        ) as share_amount,
        row_number() over (partition by subscription_id, changed_at order by net_amount desc nulls last, item_id asc) as size_rank
    from net_amounts
)

select
    *,
    share_amount + case
        when size_rank = 1 then subscription_amount - sum(share_amount) over (partition by subscription_id, changed_at)
        else 0
    end as discount_amount
from shares
