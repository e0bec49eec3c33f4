-- Grain: one row per item and instant, with everything of it but its discounts.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

instants as (select * from {{ ref('paddle_item_instants') }}),

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }} where recency = 1),

prices as (select * from {{ ref('base_paddle_prices') }}),

trials as (select * from {{ ref('paddle_trials') }}),

spells as (select * from {{ ref('paddle_subscription_spells') }}),

ranked_terms as (
    select
        instants.subscription_id,
        instants.price_id,
        instants.changed_at,
        terms.quantity,
        terms.unit_amount,
        row_number() over (
            partition by instants.subscription_id, instants.price_id, instants.changed_at order by terms.changed_at desc
        ) as recency
    from instants
    inner join {{ ref('paddle_item_terms') }} as terms
        on
            instants.subscription_id = terms.subscription_id and instants.price_id = terms.price_id
            and terms.changed_at <= instants.changed_at
),

ranked_renewals as (
    select
        instants.subscription_id,
        instants.price_id,
        instants.changed_at,
        renewals.auto_renew,
        renewals.cancel_requested_at,
        row_number() over (
            partition by instants.subscription_id, instants.price_id, instants.changed_at order by renewals.changed_at desc
        ) as recency
    from instants
    inner join {{ ref('paddle_renewals') }} as renewals
        on instants.subscription_id = renewals.subscription_id and renewals.changed_at <= instants.changed_at
),

-- A pause counts before an unpaid time.
item_spells as (
    select
        instants.subscription_id,
        instants.price_id,
        instants.changed_at,
        min(spells.status) as status
    from instants
    inner join spells
        on
            instants.subscription_id = spells.subscription_id and instants.changed_at >= spells.started_at
            and coalesce(instants.changed_at < spells.ended_at, true)
    group by instants.subscription_id, instants.price_id, instants.changed_at
)

-- What is gone is canceled.
select
    instants.subscription_id,
    instants.price_id,
    instants.changed_at,
    subscriptions.customer_id,
    case
        when instants.changed_at >= subscriptions.ends_at or terms.quantity = 0 then 'canceled'
        when instants.changed_at >= trials.started_at and instants.changed_at < trials.ended_at then 'trialing'
        else coalesce(spells.status, 'active')
    end as status,
    terms.quantity,
    terms.unit_amount,
    subscriptions.currency,
    coalesce(prices.billing_interval, subscriptions.billing_interval) as billing_interval,
    coalesce(prices.interval_count, subscriptions.interval_count) as interval_count,
    case
        when coalesce(instants.changed_at < subscriptions.ends_at, true) and terms.quantity > 0 then renewals.auto_renew
    end as auto_renew,
    renewals.cancel_requested_at,
    subscriptions.landed_at
from instants
inner join subscriptions on instants.subscription_id = subscriptions.subscription_id
inner join ranked_terms as terms
    on
        instants.subscription_id = terms.subscription_id and instants.price_id = terms.price_id
        and instants.changed_at = terms.changed_at and terms.recency = 1
left join ranked_renewals as renewals
    on
        instants.subscription_id = renewals.subscription_id and instants.price_id = renewals.price_id
        and instants.changed_at = renewals.changed_at and renewals.recency = 1
left join item_spells as spells
    on
        instants.subscription_id = spells.subscription_id and instants.price_id = spells.price_id
        and instants.changed_at = spells.changed_at
left join trials on instants.subscription_id = trials.subscription_id and instants.price_id = trials.price_id
left join prices on instants.price_id = prices.price_id
