-- Grain: one row per item and instant, with what is taken off its price from then on: a rate, then an amount in major units.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

states as (select * from {{ ref('paddle_item_states') }}),

discounts as (select * from {{ ref('paddle_item_discounts') }}),

currencies as (select * from {{ ref('currencies') }}),

-- One kind of discount counts on a row: one that is given again before one that is given once.
active_discounts as (

    select
        states.subscription_id,
        states.price_id,
        states.changed_at,
        discounts.ended_at,
        discounts.discount_rate,
        discounts.unit_discount_amount * coalesce(states.quantity, 1) as item_discount_amount,
        discounts.bill_discount_amount,
        discounts.is_once,
        min(case when discounts.is_once then 1 else 0 end) over (
            partition by states.subscription_id, states.price_id, states.changed_at
        ) as is_only_once
    from states
    inner join discounts
        on
            states.subscription_id = discounts.subscription_id and states.price_id = discounts.price_id
            and states.changed_at >= discounts.started_at and coalesce(states.changed_at < discounts.ended_at, true)
    -- What has ended takes no share of a discount.
    where states.status <> 'canceled'

),

-- Percentages multiply.
item_discounts as (
    select
        subscription_id,
        price_id,
        changed_at,
        {{ combined_rate('discount_rate') }} as discount_rate,
        sum(item_discount_amount) as item_discount_amount,
        sum(bill_discount_amount) as bill_discount_amount,
        min(ended_at) as ended_at,
        max(is_only_once) as is_only_once
    from active_discounts
    where is_only_once = 1 or not is_once
    group by subscription_id, price_id, changed_at
),

net_amounts as (
    select
        states.subscription_id,
        states.price_id,
        states.changed_at,
        discounts.discount_rate,
        discounts.item_discount_amount,
        discounts.bill_discount_amount,
        discounts.ended_at,
        discounts.is_only_once,
        power(10, coalesce(currencies.decimal_places, 2)) as minor_units,
        coalesce(states.quantity, 1) * states.unit_amount * (1 - discounts.discount_rate)
        - discounts.item_discount_amount as net_amount
    from states
    inner join item_discounts as discounts
        on
            states.subscription_id = discounts.subscription_id and states.price_id = discounts.price_id
            and states.changed_at = discounts.changed_at
    left join currencies on states.currency = currencies.currency
),

-- What is taken off a bill once is shared by its items' net amounts; the largest has what rounding leaves.
shares as (
    select
        *,
        coalesce({{ rounded(
            'bill_discount_amount * minor_units * '
            ~ rate('net_amount', 'sum(net_amount) over (partition by subscription_id, changed_at)')
        ) }} / minor_units, 0) as share_amount,
        row_number() over (partition by subscription_id, changed_at order by net_amount desc nulls last, price_id asc) as size_rank
    from net_amounts
)

select
    subscription_id,
    price_id,
    changed_at,
    discount_rate,
    round(
        cast(
            item_discount_amount + share_amount + case
                when size_rank = 1 then bill_discount_amount - sum(share_amount) over (partition by subscription_id, changed_at)
                else 0
            end as {{ type_amount() }}
        ), 8
    ) as discount_amount,
    ended_at,
    is_only_once
from shares
