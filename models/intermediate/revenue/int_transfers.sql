-- Grain: one row per customer and month (filter: handed a subscription over to another customer, or took one over).
with

item_months as (select * from {{ ref('int_subscription_item_months') }}),

-- A subscription goes over to another customer under its own name, or under that of the one that continues it.
heirs as (

    select
        subscription_id,
        customer_id,
        activity_month,
        migrated_from_subscription_id as from_subscription_id
    from item_months
    where mrr_amount > 0 and migrated_from_subscription_id is not null

    union distinct

    select
        subscription_id,
        customer_id,
        activity_month,
        subscription_id as from_subscription_id
    from (
        select
            subscription_id,
            customer_id,
            activity_month,
            min(customer_id) over (partition by subscription_id)
            <> max(customer_id) over (partition by subscription_id) as has_changed_hands
        from item_months
        where mrr_amount > 0
    ) as owned_months
    where has_changed_hands

),

origins as (

    select distinct from_subscription_id
    from heirs

),

-- What a customer paid at the opening of a month and no longer at its end.
gone_items as (

    select
        opening.customer_id,
        opening.subscription_id,
        {{ add_months('opening.activity_month', 1) }} as activity_month,
        sum(opening.mrr_amount) as mrr_amount
    from item_months as opening
    inner join origins on opening.subscription_id = origins.from_subscription_id
    left join item_months as closing
        on
            opening.subscription_id = closing.subscription_id
            and opening.item_id = closing.item_id
            and opening.customer_id = closing.customer_id
            and closing.activity_month = {{ add_months('opening.activity_month', 1) }}
            and closing.mrr_amount > 0
    where closing.item_id is null
    group by opening.customer_id, opening.subscription_id, opening.activity_month

),

handovers as (

    select
        gone_items.activity_month,
        gone_items.customer_id as from_customer_id,
        heirs.customer_id as to_customer_id,
        gone_items.mrr_amount,
        row_number() over (
            partition by gone_items.activity_month, gone_items.customer_id, gone_items.subscription_id
            order by heirs.customer_id asc
        ) as heir_number
    from gone_items
    inner join heirs
        on
            gone_items.subscription_id = heirs.from_subscription_id
            and gone_items.activity_month = heirs.activity_month
            and gone_items.customer_id <> heirs.customer_id
    -- Who had taken it over before takes over nothing now.
    left join heirs as earlier_heirs
        on
            heirs.subscription_id = earlier_heirs.subscription_id
            and heirs.customer_id = earlier_heirs.customer_id
            and heirs.activity_month = {{ add_months('earlier_heirs.activity_month', 1) }}
    where earlier_heirs.customer_id is null

),

amounts as (

    select
        activity_month,
        from_customer_id as customer_id,
        -mrr_amount as transfer_amount
    from handovers
    where heir_number = 1

    union all

    select
        activity_month,
        to_customer_id as customer_id,
        mrr_amount as transfer_amount
    from handovers
    where heir_number = 1

)

select
    customer_id,
    activity_month,
    sum(transfer_amount) as transfer_amount
from amounts
group by customer_id, activity_month
having sum(transfer_amount) <> 0
