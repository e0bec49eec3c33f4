-- Grain: one row per customer, month and cause of an expansion or a contraction.
-- An item goes from its opening to its closing terms in three steps, at the opening month's exchange rate: quantity;
-- then plan, term or price; then discount. What a step moves is due to its cause.
{#- Discounts that are sold as products move in the last step, with the others. #}
{%- set opening_share = '(1 - cast(sold_discount_rate as ' ~ type_double() ~ '))' %}
{%- set quantity_amount = 'case when sold_discount_rate is null then closing_quantity_amount'
    ~ ' else cast(closing_quantity_amount * ' ~ opening_share ~ ' as ' ~ type_amount() ~ ') end' %}
{%- set terms_amount = 'case when sold_discount_rate is null then closing_terms_amount'
    ~ ' else cast(closing_terms_amount * ' ~ opening_share ~ ' as ' ~ type_amount() ~ ') end' %}
with

pairs as (select * from {{ ref('int_item_pairs') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

movements as (select * from {{ ref('int_customer_movements') }}),

steps as (

    select
        pairs.customer_id,
        pairs.activity_month,
        case
            -- Of what is in service without being paid: the price of nothing has no steps.
            when pairs.is_free_period or opening.mrr_list_amount = 0 or closing.mrr_list_amount = 0 then 'free_period'
            when opening.item_id is null or closing.item_id is null
                then case when pairs.product_type = 'add_on' then 'add_on' else 'plan' end
            when
                coalesce(opening.product_name, '') <> coalesce(closing.product_name, '')
                or coalesce(opening.tier_rank, 0) <> coalesce(closing.tier_rank, 0)
                then 'plan'
            when
                opening.billing_interval <> closing.billing_interval
                or opening.interval_count <> closing.interval_count
                then 'term'
            when opening.plan_id <> closing.plan_id then 'plan'
            else 'price'
        end as terms_cause,
        coalesce(opening.mrr_amount, 0) as opening_amount,
        opening.sold_discount_rate,
        case
            when opening.mrr_list_amount > 0 and closing.mrr_list_amount > 0
                then cast({{ monthly_amount(
                    'closing.quantity', 'opening.unit_amount', 'opening.discount_rate', 'opening.discount_amount',
                    'opening.billing_interval', 'opening.interval_count'
                ) }} * opening.exchange_rate as {{ type_amount() }})
        end as closing_quantity_amount,
        case
            when opening.mrr_list_amount > 0 and closing.mrr_list_amount > 0
                then cast({{ monthly_amount(
                    'closing.quantity', 'closing.unit_amount', 'opening.discount_rate', 'opening.discount_amount',
                    'closing.billing_interval', 'closing.interval_count'
                ) }} * closing.opening_exchange_rate as {{ type_amount() }})
        end as closing_terms_amount,
        coalesce(closing.mrr_at_opening_rate_amount, 0) as closing_amount
    from pairs
    left join item_months as opening
        on
            pairs.opening_subscription_id = opening.subscription_id
            and pairs.opening_item_id = opening.item_id
            and pairs.activity_month = {{ add_months('opening.activity_month', 1) }}
    left join item_months as closing
        on
            pairs.closing_subscription_id = closing.subscription_id
            and pairs.closing_item_id = closing.item_id
            and pairs.activity_month = closing.activity_month

),

causes as (

    select
        customer_id,
        activity_month,
        'seats' as movement_cause,
        {{ quantity_amount }} - opening_amount as movement_amount
    from steps

    union all

    -- A pair with one side only has no steps: all of it is due to the item that was gained or lost.
    select
        customer_id,
        activity_month,
        terms_cause as movement_cause,
        coalesce({{ terms_amount }}, closing_amount) - coalesce({{ quantity_amount }}, opening_amount)
            as movement_amount
    from steps

    union all

    select
        customer_id,
        activity_month,
        'discount' as movement_cause,
        closing_amount - {{ terms_amount }} as movement_amount
    from steps

    union all

    -- Of what was taken over in the month, or handed over, the difference in price.
    select
        customer_id,
        activity_month,
        case when mrr_amount = 0 then 'free_period' else 'price' end as movement_cause,
        movement_amount
    from movements
    where movement_type in ('expansion', 'contraction') and transfer_amount <> 0

)

select
    customer_id,
    activity_month,
    movement_cause,
    sum(movement_amount) as movement_amount
from causes
group by customer_id, activity_month, movement_cause
having sum(movement_amount) <> 0
