-- Grain: one row per subscription and instant from which its status, its request to cancel or its version was another.
{{ config(enabled='chargebee' in var('connectors') | string) }}
with

points as (select * from {{ ref('chargebee_status_points') }}),

-- A version counts from the first fact that it knew before the one before it did; else from when it was written. The first one always did.
version_starts as (
    select
        subscription_id,
        version_number,
        case
            when version_number = 1 then min(changed_at)
            else coalesce(min(case when changed_at > earlier_version_at and changed_at <= version_at then changed_at end), max(version_at))
        end as started_at
    from points
    group by subscription_id, version_number
),

version_periods as (
    select
        *,
        lead(started_at) over (partition by subscription_id order by version_number) as ended_at
    from version_starts
),

instants as (

    select subscription_id, version_number, started_at as changed_at
    from version_periods
    where ended_at is null or started_at < ended_at

    union distinct

    select periods.subscription_id, periods.version_number, points.changed_at
    from version_periods as periods
    inner join points on periods.subscription_id = points.subscription_id and periods.version_number = points.version_number
    where points.changed_at > periods.started_at and (periods.ended_at is null or points.changed_at < periods.ended_at)

),

known_states as (
    select
        instants.subscription_id,
        instants.changed_at,
        instants.version_number,
        points.status,
        points.cancel_requested_at,
        points.cancel_reason,
        row_number() over (
            partition by instants.subscription_id, instants.version_number, instants.changed_at
            order by points.changed_at desc, points.precedence desc
        ) as recency
    from instants
    inner join points
        on
            instants.subscription_id = points.subscription_id and instants.version_number = points.version_number
            and points.changed_at <= instants.changed_at and points.status is not null
)

select
    subscription_id,
    changed_at,
    version_number,
    status,
    case when cancel_requested_at <= changed_at then cancel_requested_at end as cancel_requested_at,
    case when cancel_requested_at <= changed_at or status = 'canceled' then cancel_reason end as cancel_reason
from known_states
where recency = 1
