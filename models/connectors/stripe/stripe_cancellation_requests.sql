-- Grain: one row per subscription and instant at which a cancellation was asked for, or a request was taken back.
{{ config(enabled='stripe' in var('connectors') | string) }}
with

-- What ended for want of a payment was not asked for.
versions as (
    select
        *,
        case when coalesce(cancellation_reason, 'cancellation_requested') = 'cancellation_requested' then canceled_at end
            as cancel_requested_at
    from {{ ref('base_stripe_subscriptions') }}
),

compared_versions as (
    select
        *,
        lag(cancel_requested_at) over (partition by subscription_id order by version_number) as earlier_requested_at
    from versions
)

select
    subscription_id,
    coalesce(cancel_requested_at, version_at) as changed_at,
    cancel_requested_at,
    case when cancel_requested_at is not null then coalesce(cancellation_feedback, cancellation_reason) end as cancel_reason
from compared_versions
where coalesce(cancel_requested_at, {{ earliest_at() }}) <> coalesce(earlier_requested_at, {{ earliest_at() }})
