-- Grain: one row per version of a subscription that was loaded, from live mode: of a history, of the newest state, of an event.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set table = landed_table('stripe', ['subscription_history', 'subscriptions', 'subscription'], 'subscriptions') %}
{%- set events = landed_table('stripe', ['event', 'events'], 'events') %}
with

landed_subscriptions as (

    {% for rows, prefix in [[table, ''], [events, 'data.object.']] %}
    select
        {{ landed(rows, [prefix ~ 'id', prefix ~ 'subscription_id'], 'id') }} as subscription_id,
        {{ landed(rows, [prefix ~ 'customer.id', prefix ~ 'customer_id', prefix ~ 'customer'], 'id') }} as customer_id,
        {{ landed(rows, prefix ~ 'status') }} as status,
        {{ landed(rows, [prefix ~ 'created', prefix ~ 'created_utc', prefix ~ 'created_at'], 'instant') }} as created_at,
        {{ landed(rows, [prefix ~ 'start_date', prefix ~ 'start_date_utc'], 'instant') }} as started_at,
        {{ landed(rows, [prefix ~ 'trial_start', prefix ~ 'trial_start_utc'], 'instant') }} as trial_started_at,
        {{ landed(rows, [prefix ~ 'trial_end', prefix ~ 'trial_end_utc'], 'instant') }} as trial_ended_at,
        {{ landed(rows, [prefix ~ 'cancel_at', prefix ~ 'cancel_at_utc'], 'instant') }} as cancel_at,
        {{ landed(rows, prefix ~ 'cancel_at_period_end', 'boolean') }} as is_canceled_at_period_end,
        {{ landed(rows, [prefix ~ 'canceled_at', prefix ~ 'canceled_at_utc'], 'instant') }} as canceled_at,
        {{ landed(rows, [prefix ~ 'ended_at', prefix ~ 'ended_at_utc'], 'instant') }} as ended_at,
        {{ landed(rows, [prefix ~ 'cancellation_details.reason', prefix ~ 'cancellation_reason']) }} as cancellation_reason,
        {{ landed(rows, prefix ~ 'cancellation_details.feedback') }} as cancellation_feedback,
        {{ landed(rows, prefix ~ 'pause_collection.behavior') }} as pause_behavior,
        {{ landed(rows, prefix ~ 'pause_collection.resumes_at', 'instant') }} as pause_resumes_at,
        {{ landed(rows, [prefix ~ 'current_period_end', prefix ~ 'current_period_end_utc'], 'instant') }} as period_ends_at,
        {{ landed(rows, prefix ~ 'quantity', 'number') }} as quantity,
        {{ landed(rows, prefix ~ 'currency') }} as currency,
        coalesce({{ landed(rows, 'livemode', 'boolean') }}, true) as is_live,
        {{ landed(rows, 'created' if prefix else '_fivetran_start', 'instant') }} as version_started_at,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}
    {%- if prefix %}
    where {{ landed(rows, 'type') }} like 'customer.subscription.%'
    {%- else %}
    union all
    {%- endif %}
    {%- endfor %}

),

ordered_versions as (

    select
        *,
        coalesce(version_started_at, landed_at) as version_at,
        row_number() over (
            partition by subscription_id order by coalesce(version_started_at, landed_at) asc, canceled_at asc
        ) as version_number,
        row_number() over (
            partition by subscription_id order by coalesce(version_started_at, landed_at) desc, canceled_at desc
        ) as recency
    from landed_subscriptions
    where is_live and subscription_id is not null

),

-- A first payment that never came, or is awaited, was no service.
served as (
    select subscription_id
    from ordered_versions
    where recency = 1 and coalesce(status, '') not in ('incomplete', 'incomplete_expired')
)

select
    versions.subscription_id,
    versions.customer_id,
    versions.status,
    versions.created_at,
    coalesce(versions.started_at, versions.created_at) as started_at,
    versions.trial_started_at,
    versions.trial_ended_at,
    versions.canceled_at,
    case
        when versions.status = 'canceled' then coalesce(versions.ended_at, versions.canceled_at)
        else coalesce(
            versions.ended_at, versions.cancel_at, case when versions.is_canceled_at_period_end then versions.period_ends_at end
        )
    end as ends_at,
    -- An end at the end of a period that stands on the items alone is found there.
    versions.is_canceled_at_period_end,
    versions.cancellation_reason,
    versions.cancellation_feedback,
    versions.pause_behavior,
    versions.pause_resumes_at,
    versions.quantity,
    versions.currency,
    versions.version_at,
    versions.version_number,
    versions.recency,
    versions.landed_at
from ordered_versions as versions
inner join served on versions.subscription_id = served.subscription_id
where versions.recency = 1 or coalesce(versions.status, '') not in ('incomplete', 'incomplete_expired')
