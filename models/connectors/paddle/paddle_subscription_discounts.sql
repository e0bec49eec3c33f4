-- Grain: one row per discount that a subscription has or had, with its first instant and its last.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

subscriptions as (select * from {{ ref('base_paddle_subscriptions') }}),

billed as (select * from {{ ref('paddle_billed_items') }}),

discounts as (select * from {{ ref('base_paddle_discounts') }}),

-- A version without a discount that one before it had has ended it.
stated_discounts as (
    select
        stated.subscription_id,
        stated.discount_id,
        min(stated.discount_starts_at) as started_at,
        max(stated.discount_ends_at) as ended_at,
        min(later.version_at) as removed_at
    from subscriptions as stated
    left join subscriptions as later
        on
            stated.subscription_id = later.subscription_id and later.version_number > stated.version_number
            and coalesce(later.discount_id, '') <> stated.discount_id
    where stated.discount_id is not null
    group by stated.subscription_id, stated.discount_id
),

-- What bills were reduced by, from the first to the last of them, was a discount, too.
billed_discounts as (
    select
        subscription_id,
        coalesce(discount_id, 'billed') as discount_id,
        min(known_at) as started_at,
        max(ended_at) as ended_at,
        count(distinct known_at) as bill_count
    from billed
    where discount_amount > 0 and not is_proration and not is_in_trial
    group by subscription_id, coalesce(discount_id, 'billed')
)

select
    coalesce(stated.subscription_id, billed.subscription_id) as subscription_id,
    coalesce(stated.discount_id, billed.discount_id) as discount_id,
    coalesce(stated.started_at, billed.started_at) as started_at,
    case when stated.discount_id is null then billed.ended_at else least(stated.ended_at, stated.removed_at) end as ended_at,
    stated.discount_id is not null as is_stated,
    billed.bill_count,
    discounts.discount_type,
    discounts.discount_rate,
    discounts.discount_amount,
    discounts.currency,
    discounts.is_recurring,
    discounts.interval_limit,
    discounts.restricted_to
from stated_discounts as stated
full outer join billed_discounts as billed
    on stated.subscription_id = billed.subscription_id and stated.discount_id = billed.discount_id
left join discounts on coalesce(stated.discount_id, billed.discount_id) = discounts.discount_id
