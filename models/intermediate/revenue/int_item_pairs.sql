-- Grain: one row per pair of an item at a month's opening and the same item at its close, for customers with both.
-- An item that was lost and one gained in the same month are a pair too: a plan change written as cancel and new.
with

item_months as (select * from {{ ref('int_subscription_item_months') }}),

movements as (select * from {{ ref('int_customer_movements') }}),

sides as (

    select
        item_months.customer_id,
        item_months.activity_month,
        'closing' as side,
        item_months.subscription_id,
        item_months.item_id,
        item_months.product_type
    from item_months
    where item_months.mrr_amount > 0 or item_months.is_in_service

    union all

    select
        item_months.customer_id,
        {{ add_months('item_months.activity_month', 1) }} as activity_month,
        'opening' as side,
        item_months.subscription_id,
        item_months.item_id,
        item_months.product_type
    from item_months
    where item_months.mrr_amount > 0 or item_months.is_in_service

),

moved_sides as (

    select
        sides.customer_id,
        sides.activity_month,
        sides.side,
        sides.subscription_id,
        sides.item_id,
        sides.product_type,
        movements.opening_mrr_amount = 0 or movements.mrr_amount = 0 as is_free_period,
        count(*) over (
            partition by sides.customer_id, sides.activity_month, sides.subscription_id, sides.item_id
        ) as side_count
    from sides
    inner join movements
        on sides.customer_id = movements.customer_id and sides.activity_month = movements.activity_month
    where movements.movement_type in ('expansion', 'contraction') and movements.transfer_amount = 0

),

numbered_sides as (

    select
        customer_id,
        activity_month,
        side,
        subscription_id,
        item_id,
        side_count,
        product_type,
        is_free_period,
        row_number() over (
            partition by customer_id, activity_month, side, product_type, side_count
            order by subscription_id asc, item_id asc
        ) as side_number
    from moved_sides

)

select
    customer_id,
    activity_month,
    product_type,
    is_free_period,
    min(case when side = 'opening' then subscription_id end) as opening_subscription_id,
    min(case when side = 'opening' then item_id end) as opening_item_id,
    min(case when side = 'closing' then subscription_id end) as closing_subscription_id,
    min(case when side = 'closing' then item_id end) as closing_item_id
from numbered_sides
group by
    customer_id,
    activity_month,
    product_type,
    is_free_period,
    case when side_count = 2 then subscription_id end,
    case when side_count = 2 then item_id end,
    case when side_count = 1 then side_number end
