-- Grain: one row per customer and month (filter: handed a subscription over to another customer, or took one over).
{%- set gone_item = 'partition by gone_items.activity_month, gone_items.customer_id, gone_items.subscription_id' %}
{%- set handed_item = 'partition by activity_month, from_customer_id, subscription_id' %}
with

held_months as (
    select
        subscription_id,
        item_id,
        customer_id,
        activity_month,
        migrated_from_subscription_id,
        mrr_amount,
        min(customer_id) over (partition by subscription_id)
        <> max(customer_id) over (partition by subscription_id) as has_changed_hands
    from {{ ref('int_subscription_item_months') }}
    where mrr_amount > 0 or is_in_service
),

-- A subscription goes over to another customer under its own name, or under that of the one that continues it.
heirs as (
    {% for name, condition in [
        ('migrated_from_subscription_id', 'migrated_from_subscription_id is not null'),
        ('subscription_id', 'has_changed_hands'),
    ] %}
    select
        subscription_id,
        customer_id,
        activity_month,
        {{ name }} as from_subscription_id,
        sum(mrr_amount) as mrr_amount
    from held_months
    where {{ condition }}
    group by subscription_id, customer_id, activity_month, {{ name }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- What a customer paid at the opening of a month and no longer at its end.
gone_items as (
    select
        opening.customer_id,
        opening.subscription_id,
        {{ add_months('opening.activity_month', 1) }} as activity_month,
        sum(opening.mrr_amount) as mrr_amount
    from held_months as opening
    left join held_months as closing
        on
            opening.subscription_id = closing.subscription_id
            and opening.item_id = closing.item_id
            and opening.customer_id = closing.customer_id
            and closing.mrr_amount > 0
            and closing.activity_month = {{ add_months('opening.activity_month', 1) }}
    where
        opening.mrr_amount > 0
        and closing.item_id is null
        and opening.subscription_id in (select heirs.from_subscription_id from heirs)
    group by opening.customer_id, opening.subscription_id, opening.activity_month
),

-- What several take over goes to each by what it pays then; where none pays yet, to the first.
handovers as (

    select
        gone_items.activity_month,
        gone_items.customer_id as from_customer_id,
        heirs.customer_id as to_customer_id,
        gone_items.subscription_id,
        gone_items.mrr_amount,
        coalesce({{ rate(
            'cast(gone_items.mrr_amount as ' ~ type_double() ~ ') * heirs.mrr_amount', 'sum(heirs.mrr_amount) over (' ~ gone_item ~ ')'
        ) }}, 0) as share_amount,
        row_number() over ({{ gone_item }} order by heirs.customer_id asc, heirs.subscription_id asc) as heir_number
    from gone_items
    inner join heirs
        on
            gone_items.subscription_id = heirs.from_subscription_id
            and gone_items.activity_month = heirs.activity_month
    -- Who had taken it over before takes over nothing now.
    left join heirs as earlier_heirs
        on
            heirs.subscription_id = earlier_heirs.subscription_id
            and heirs.customer_id = earlier_heirs.customer_id
            and heirs.from_subscription_id = earlier_heirs.from_subscription_id
            and heirs.activity_month = {{ add_months('earlier_heirs.activity_month', 1) }}
    where earlier_heirs.customer_id is null

),

-- What rounding leaves the first one takes. What a customer continues itself stays with it.
transfers as (
    select
        activity_month,
        from_customer_id,
        to_customer_id,
        case
            when heir_number > 1 then share_amount
            else mrr_amount - sum(case when heir_number > 1 then share_amount else 0 end) over ({{ handed_item }})
        end as transfer_amount
    from handovers
),

amounts as (
    {% for side, sign in [('to', '1'), ('from', '-1')] %}
    select
        activity_month,
        {{ side }}_customer_id as customer_id,
        {{ sign }} * transfer_amount as transfer_amount
    from transfers
    {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    customer_id,
    activity_month,
    sum(transfer_amount) as transfer_amount
from amounts
group by customer_id, activity_month
having sum(transfer_amount) <> 0
