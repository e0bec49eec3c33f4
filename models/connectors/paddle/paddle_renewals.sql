-- Grain: one row per subscription and instant from which its renewal, or the request to cancel it, was another.
{{ config(enabled='paddle' in var('connectors') | string) }}
with

versions as (
    select
        *,
        coalesce(change_action, '') = 'cancel' as is_ending,
        lag(coalesce(change_action, '') = 'cancel') over (partition by subscription_id order by version_number) as was_ending
    from {{ ref('base_paddle_subscriptions') }}
),

-- When a planned end was asked for is known where a version without it is there, too.
requests as (
    select
        subscription_id,
        version_number,
        version_at,
        started_at,
        status,
        is_ending,
        sum(case when (is_ending and not was_ending) or (not is_ending and status <> 'canceled') then 1 else 0 end) over (
            partition by subscription_id order by version_number rows unbounded preceding
        ) as request_number,
        case when is_ending and not was_ending then version_at end as requested_at
    from versions
),

points as (
    select
        subscription_id,
        version_number,
        case when version_number = 1 then started_at else greatest(started_at, version_at) end as changed_at,
        case when is_ending and status <> 'canceled' then false end as auto_renew,
        max(requested_at) over (partition by subscription_id, request_number) as cancel_requested_at
    from requests
),

latest_points as (
    select
        *,
        row_number() over (partition by subscription_id, changed_at order by version_number desc) as recency
    from points
)

select
    subscription_id,
    changed_at,
    auto_renew,
    cancel_requested_at
from latest_points
where recency = 1
