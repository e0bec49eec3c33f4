-- Grain: one row per subscription and instant from which its status was another; of one instant the highest precedence counts.
-- Changes are dated by what Stripe says of them; by the version in which they were first seen where it says nothing.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

versions as (

    select
        *,
        case
            when status in ('active', 'past_due') and pause_behavior in ('void', 'mark_uncollectible') then 'paused'
            when status = 'canceled' then 'active'
            else status
        end as billing_status,
        lag(pause_resumes_at) over (partition by subscription_id order by version_number) as earlier_resumes_at
    from {{ ref('base_stripe_subscriptions') }}

),

item_periods as (
    select
        subscription_id,
        max(period_ends_at) as period_ends_at
    from {{ ref('base_stripe_items') }}
    group by subscription_id
),

-- The last word on a subscription: its start, its trial and its end.
subscriptions as (

    select
        versions.subscription_id,
        versions.status,
        versions.started_at,
        versions.trial_ended_at,
        versions.pause_resumes_at,
        versions.version_at,
        versions.billing_status,
        coalesce(
            versions.ends_at, case when versions.is_canceled_at_period_end then item_periods.period_ends_at end
        ) as service_ends_at,
        case when versions.status = 'trialing' then coalesce(versions.trial_started_at, versions.started_at) else versions.trial_started_at end
            as trial_from
    from versions
    left join item_periods on versions.subscription_id = item_periods.subscription_id
    where versions.recency = 1

),

changed_versions as (
    select
        *,
        lag(billing_status) over (partition by subscription_id order by version_number) as earlier_status
    from versions
),

status_points as (

    select subscription_id, trial_from as changed_at, 'trialing' as status, 1 as precedence
    from subscriptions
    where trial_from is not null

    union all

    select subscription_id, started_at as changed_at, 'active' as status, 0 as precedence
    from subscriptions

    union all

    select subscription_id, trial_ended_at as changed_at, 'active' as status, 2 as precedence
    from subscriptions

    union all

    -- Dates say when a trial or the service ended; of the rest the version in which it was first seen does.
    select
        subscription_id,
        case
            when billing_status = 'active' and earlier_status = 'paused' and earlier_resumes_at <= version_at then earlier_resumes_at
            else version_at
        end as changed_at,
        billing_status as status,
        3 as precedence
    from changed_versions
    where
        billing_status not in ('trialing', 'active')
        or (billing_status = 'active' and earlier_status not in ('trialing', 'active'))

    union all

    select subscription_id, pause_resumes_at as changed_at, 'active' as status, 4 as precedence
    from subscriptions
    where billing_status = 'paused' and pause_resumes_at > version_at

    union all

    select subscription_id, service_ends_at as changed_at, 'canceled' as status, 5 as precedence
    from subscriptions
    where service_ends_at is not null

)

select
    points.subscription_id,
    points.changed_at,
    points.status,
    points.precedence
from status_points as points
inner join subscriptions on points.subscription_id = subscriptions.subscription_id
where
    points.changed_at is not null
    and (points.status = 'canceled' or points.changed_at < coalesce(subscriptions.service_ends_at, points.changed_at + interval '1' second))
