-- Grain: one row per item and coupon that its subscription or its account has redeemed while the item was there.
{{ config(enabled='recurly' in var('connectors') | string) }}
with

items as (select * from {{ ref('recurly_items') }}),

discounts as (select * from {{ ref('base_recurly_discounts') }}),

subscriptions as (select * from {{ ref('base_recurly_subscriptions') }}),

plans as (select * from {{ ref('recurly_billed_plans') }}),

-- A coupon of an account counts for each of its subscriptions.
item_discounts as (

    select
        items.item_id,
        items.subscription_id,
        discounts.redemption_id,
        greatest(discounts.started_at, items.started_at) as started_at,
        discounts.ended_at,
        discounts.duration,
        discounts.started_at as redeemed_at,
        discounts.discount_percent / 100.0 as discount_rate,
        case when discounts.currency = items.currency then discounts.amount / (1 + items.included_tax_rate) end as discount_amount,
        plans.billing_interval,
        plans.interval_count,
        case
            when discounts.temporal_unit like 'year%' then 12 * discounts.temporal_amount
            when discounts.temporal_unit like 'month%' then discounts.temporal_amount
            when discounts.temporal_unit like 'week%' then discounts.temporal_amount / 4.0
            when discounts.temporal_unit like 'day%' then discounts.temporal_amount / 30.0
        end as temporal_months,
        {{ interval_months('plans.billing_interval', 'plans.interval_count') }} as bill_months
    from items
    inner join subscriptions on items.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
    left join plans on subscriptions.plan_id = plans.plan_id
    inner join discounts
        on
            (items.subscription_id = discounts.subscription_id or (items.account_id = discounts.account_id and discounts.subscription_id is null))
            and coalesce(discounts.plans like '%"' || subscriptions.plan_id || '"%', true)

),

-- What meets one bill only is given once; its bill is the first one after the coupon was redeemed.
dated_discounts as (
    select
        *,
        duration = 'single_use' or (duration = 'temporal' and temporal_months < 2 * bill_months) as is_once,
        case
            {%- for unit in ['day', 'month', 'year'] %}
            when duration = 'single_use' and billing_interval = '{{ unit }}'
                then {{ dbt.dateadd(unit, 'cast(interval_count as ' ~ dbt.type_int() ~ ')', 'redeemed_at') }}
            {%- endfor %}
        end as bill_ended_at
    from item_discounts
    where discount_rate > 0 or discount_amount > 0
)

select
    item_id,
    subscription_id,
    redemption_id,
    started_at,
    least(ended_at, bill_ended_at) as ended_at,
    coalesce(discount_rate, 0) as discount_rate,
    coalesce(discount_amount, 0) as discount_amount,
    coalesce(is_once, false) as is_once
from dated_discounts
where coalesce(least(ended_at, bill_ended_at) > started_at, true)
