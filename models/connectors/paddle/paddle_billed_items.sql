-- Grain: one row per recurring price of a subscription and transaction that billed it, for a whole period or a part of one.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

lines as (select * from {{ ref('base_paddle_transaction_lines') }}),

transactions as (select * from {{ ref('base_paddle_transactions') }}),

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

prices as (select * from {{ ref('base_paddle_prices') }}),

trials as (select * from {{ ref('paddle_trials') }}),

-- Of a change that was billed in whole the bill says when, of a part of a period its start.
recurring_lines as (

    select
        lines.subscription_id,
        lines.price_id,
        lines.transaction_id,
        lines.is_proration,
        lines.quantity,
        lines.subtotal,
        lines.discount_amount,
        lines.proration_rate,
        transactions.discount_id,
        transactions.origin = 'subscription_update' as is_update,
        case
            when transactions.origin = 'subscription_update' and not lines.is_proration
                then greatest(transactions.billed_at, coalesce(lines.period_started_at, transactions.billed_at))
            else coalesce(lines.period_started_at, transactions.billed_at)
        end as known_at,
        lines.period_ended_at as ended_at
    from lines
    inner join transactions on lines.transaction_id = transactions.transaction_id
    inner join subscriptions on lines.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
    left join prices on lines.price_id = prices.price_id
    where
        transactions.status in ('completed', 'paid', 'billed', 'past_due')
        and coalesce(transactions.origin, '') not in ('subscription_payment_method_change', 'subscription_charge')
        and not coalesce(prices.is_one_off, false)

),

billed_items as (
    select
        subscription_id,
        price_id,
        transaction_id,
        is_proration,
        known_at,
        max(ended_at) as ended_at,
        max(discount_id) as discount_id,
        sum(case when quantity > 0 and coalesce(subtotal, 0) >= 0 then quantity else 0 end) as charged_quantity,
        sum(case when quantity < 0 or subtotal < 0 then abs(quantity) else 0 end) as credited_quantity,
        sum(case when subtotal > 0 then subtotal else 0 end) as subtotal,
        sum(discount_amount) as discount_amount,
        max(proration_rate) as proration_rate
    from recurring_lines
    where known_at is not null
    group by subscription_id, price_id, transaction_id, is_proration, known_at
)

-- What a trial costs is not the price.
select
    billed.subscription_id,
    billed.price_id,
    billed.transaction_id,
    billed.is_proration,
    billed.known_at,
    billed.ended_at,
    billed.discount_id,
    billed.charged_quantity,
    billed.credited_quantity,
    billed.subtotal,
    billed.discount_amount,
    coalesce(billed.known_at < trials.ended_at, false) as is_in_trial,
    case
        when coalesce(billed.known_at >= trials.ended_at, true) and billed.subtotal > 0
            then billed.subtotal
                / nullif(billed.charged_quantity * case when billed.is_proration then billed.proration_rate else 1 end, 0)
    end as unit_amount
from billed_items as billed
left join trials on billed.subscription_id = trials.subscription_id and billed.price_id = trials.price_id
