-- Grain: one row per price on a subscription that was in trial.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

items as (select * from {{ ref('base_paddle_items') }}),

prices as (select * from {{ ref('base_paddle_prices') }}),

lines as (select * from {{ ref('base_paddle_transaction_lines') }}),

-- The newest version that has the item says it.
item_trials as (
    select
        *,
        row_number() over (partition by subscription_id, price_id order by version_number desc) as recency
    from items
    where trial_ends_at > trial_started_at
),

-- A first bill that came later than service says that the time before it was a trial.
subscription_trials as (

    select
        subscriptions.subscription_id,
        coalesce(min(item_trials.trial_started_at), subscriptions.started_at) as started_at,
        coalesce(
            max(item_trials.trial_ends_at),
            case
                when subscriptions.first_billed_at > subscriptions.started_at + interval '1' hour
                    then subscriptions.first_billed_at
                when subscriptions.status = 'trialing' then subscriptions.next_billed_at
            end
        ) as ended_at,
        subscriptions.first_billed_at,
        coalesce(subscriptions.first_billed_at > subscriptions.started_at + interval '1' hour, true) as is_unbilled
    from subscriptions
    left join item_trials on subscriptions.subscription_id = item_trials.subscription_id and item_trials.recency = 1
    where subscriptions.recency = 1
    group by
        subscriptions.subscription_id, subscriptions.started_at, subscriptions.first_billed_at, subscriptions.status,
        subscriptions.next_billed_at

),

known_items as (

    select subscription_id, price_id
    from items

    union distinct

    select lines.subscription_id, lines.price_id
    from lines
    left join prices on lines.price_id = prices.price_id
    where lines.subscription_id is not null and not coalesce(prices.is_one_off, false)

),

-- Items without dates of their own share the trial of a subscription that was not billed within it.
trials as (
    select
        known_items.subscription_id,
        known_items.price_id,
        coalesce(own.trial_started_at, of_subscription.started_at) as started_at,
        coalesce(own.trial_ends_at, of_subscription.ended_at) as ended_at,
        of_subscription.first_billed_at
    from known_items
    inner join subscription_trials as of_subscription on known_items.subscription_id = of_subscription.subscription_id
    left join item_trials as own
        on known_items.subscription_id = own.subscription_id and known_items.price_id = own.price_id and own.recency = 1
    where own.price_id is not null or of_subscription.is_unbilled
)

-- A trial that was cut short ends with the first bill; one that is paid for has its own at its start.
select
    subscription_id,
    price_id,
    started_at,
    case when first_billed_at > started_at + interval '1' hour then least(ended_at, first_billed_at) else ended_at end as ended_at
from trials
where ended_at > started_at
