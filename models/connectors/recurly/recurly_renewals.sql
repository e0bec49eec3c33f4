-- Grain: one row per subscription and instant from which its term, its renewal or the request to cancel it was another.
{{ config(enabled='recurly' in var('connectors') | string) }}
with

plans as (select * from {{ ref('recurly_billed_plans') }}),

-- What ended for want of a payment, or for another reason of the vendor's, was not asked for; nor does it take a request back.
versions as (
    select
        *,
        case
            when state = 'canceled' then coalesce(canceled_at, version_at)
            when state <> 'expired' or coalesce(expiration_reason, 'canceled') like 'cancel%' then canceled_at
        end as cancel_requested_at,
        lag(term_started_at) over (partition by subscription_id order by version_number) as earlier_term_started_at
    from {{ ref('base_recurly_subscriptions') }}
),

-- A term is one that binds for more than a bill.
terms as (

    select
        versions.subscription_id,
        versions.version_number,
        versions.version_at,
        versions.started_at,
        versions.state,
        versions.cancel_requested_at,
        versions.is_renewed,
        versions.term_started_at <> versions.earlier_term_started_at or versions.version_number = 1 as is_new_term,
        versions.term_started_at,
        case
            when versions.term_cycles > 1 and plans.billing_interval in ('month', 'year')
                then versions.term_cycles * {{ interval_months('plans.billing_interval', 'plans.interval_count') }}
        end as term_months
    from versions
    left join plans on versions.plan_id = plans.plan_id

),

points as (

    select
        subscription_id,
        version_number,
        case when is_new_term then greatest(started_at, coalesce(term_started_at, started_at)) else greatest(started_at, version_at) end as changed_at,
        cast(null as timestamp) as cancel_requested_at,
        case when cancel_requested_at is null and not is_renewed then false when term_months is not null then true end as auto_renew,
        term_months,
        case when term_months is not null then term_started_at end as term_started_at,
        0 as precedence
    from terms
    where (version_number = 1 or cancel_requested_at is null) and (state <> 'expired' or version_number = 1)

    union all

    select
        subscription_id,
        version_number,
        greatest(started_at, cancel_requested_at) as changed_at,
        cancel_requested_at,
        false as auto_renew,
        term_months,
        case when term_months is not null then term_started_at end as term_started_at,
        1 as precedence
    from terms
    where cancel_requested_at is not null

),

latest_points as (
    select
        *,
        row_number() over (partition by subscription_id, changed_at order by precedence desc, version_number desc) as recency
    from points
)

select
    subscription_id,
    changed_at,
    cancel_requested_at,
    auto_renew,
    term_months,
    term_started_at
from latest_points
where recency = 1
