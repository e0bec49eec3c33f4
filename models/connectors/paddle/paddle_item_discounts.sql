-- Grain: one row per item and discount of its subscription: a rate, or an amount in major units off a unit or a whole bill.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

items as (select * from {{ ref('paddle_items') }}),

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }} where recency = 1),

discounts as (select * from {{ ref('paddle_subscription_discounts') }}),

prices as (select * from {{ ref('base_paddle_prices') }}),

billed_rates as (
    select
        subscription_id,
        price_id,
        coalesce(discount_id, 'billed') as discount_id,
        {{ rate('sum(discount_amount)', 'sum(subtotal)') }} as discount_rate
    from {{ ref('paddle_billed_items') }}
    where discount_amount > 0 and not is_proration and not is_in_trial
    group by subscription_id, price_id, coalesce(discount_id, 'billed')
),

-- An amount in another currency, and a discount that no table lists, take off what they took off bills.
item_discounts as (

    select
        items.subscription_id,
        items.price_id,
        discounts.discount_id,
        coalesce(discounts.started_at, subscriptions.started_at) as given_at,
        items.started_at as item_started_at,
        discounts.ended_at,
        discounts.is_stated,
        discounts.bill_count,
        discounts.is_recurring,
        discounts.interval_limit,
        coalesce(prices.billing_interval, subscriptions.billing_interval) as billing_interval,
        cast(coalesce(prices.interval_count, subscriptions.interval_count, 1) as {{ dbt.type_int() }}) as interval_count,
        case
            when discounts.discount_type = 'percentage' then discounts.discount_rate
            when discounts.discount_type is null or coalesce(discounts.currency <> subscriptions.currency, false)
                then billed_rates.discount_rate
        end as discount_rate,
        case when coalesce(discounts.currency = subscriptions.currency, true) then discounts.discount_amount end as discount_amount,
        discounts.discount_type
    from items
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id
    inner join discounts on items.subscription_id = discounts.subscription_id
    left join prices on items.price_id = prices.price_id
    left join billed_rates
        on
            items.subscription_id = billed_rates.subscription_id and items.price_id = billed_rates.price_id
            and discounts.discount_id = billed_rates.discount_id
    where
        coalesce(
            discounts.restricted_to like '%"' || items.price_id || '"%'
            or discounts.restricted_to like '%"' || prices.product_id || '"%',
            discounts.restricted_to is null
        )

),

limited_discounts as (
    select
        *,
        cast(case when is_recurring then interval_limit when not is_recurring then 1 end as {{ dbt.type_int() }}) as bill_limit
    from item_discounts
    where discount_rate > 0 or discount_amount > 0
),

-- What meets one bill only is given once.
dated_discounts as (
    select
        *,
        coalesce(
            bill_limit < 2 or (not is_stated and bill_count = 1)
            or {{ days_between('cast(given_at as date)', 'cast(ended_at as date)') }}
            < 1.9 * {{ interval_days('billing_interval', 'interval_count') }},
            false
        ) as is_once,
        case
            {%- for unit in ['day', 'week', 'month', 'year'] %}
            when billing_interval = '{{ unit }}' and bill_limit > 0
                then {{ dbt.dateadd(unit, 'interval_count * bill_limit', 'given_at') }}
            {%- endfor %}
        end as bill_ended_at
    from limited_discounts
)

select
    subscription_id,
    price_id,
    discount_id,
    greatest(given_at, item_started_at) as started_at,
    least(ended_at, bill_ended_at) as ended_at,
    coalesce(discount_rate, 0) as discount_rate,
    case when discount_type = 'flat_per_seat' then coalesce(discount_amount, 0) else 0 end as unit_discount_amount,
    case when discount_type = 'flat' then coalesce(discount_amount, 0) else 0 end as bill_discount_amount,
    is_once
from dated_discounts
where coalesce(least(ended_at, bill_ended_at) > greatest(given_at, item_started_at), true)
