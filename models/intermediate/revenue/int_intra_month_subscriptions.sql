-- Grain: one row per subscription that began and ended between two month ends, so that no month's level shows it.
with

periods as (select * from {{ ref('int_subscription_periods') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

plan_changes as (select * from {{ ref('int_plan_changes') }}),

shown_subscriptions as (

    select distinct subscription_id
    from item_months
    where mrr_amount > 0

),

continued_subscriptions as (

    select distinct subscription_id
    from plan_changes

),

items as (

    select
        periods.subscription_id,
        periods.item_id,
        min(periods.valid_from) as started_at,
        max(periods.mrr_amount) as mrr_amount
    from periods
    left join shown_subscriptions on periods.subscription_id = shown_subscriptions.subscription_id
    left join continued_subscriptions on periods.subscription_id = continued_subscriptions.subscription_id
    where
        periods.mrr_own_amount > 0
        and shown_subscriptions.subscription_id is null
        and continued_subscriptions.subscription_id is null
    group by periods.subscription_id, periods.item_id

)

select
    subscription_id,
    {{ month_start('min(started_at)') }} as activity_month,
    sum(mrr_amount) as mrr_amount
from items
group by subscription_id
