-- Grain: one row per version of a subscription that was loaded, in the order of its updates. Events hold versions, too.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set rows = landed_table('paddle', ['subscriptions', 'subscription'], 'subscriptions') %}
{%- set events = landed_table('paddle', ['events', 'event'], 'events') %}
{%- set notifications = landed_table('paddle', ['notifications', 'notification'], 'notifications') %}
{%- set places = [[rows, '', none], [events, 'data.', 'occurred_at'], [notifications, 'payload.data.', 'payload.occurred_at']] %}
with

landed_subscriptions as (
    {% for rows, prefix, occurred_at in places %}
    select
        {{ landed(rows, prefix ~ 'id', 'id') }} as subscription_id,
        {{ landed(rows, prefix ~ 'customer_id', 'id') }} as customer_id,
        {{ landed(rows, prefix ~ 'address_id', 'id') }} as address_id,
        lower({{ landed(rows, prefix ~ 'status') }}) as status,
        upper({{ landed(rows, prefix ~ 'currency_code') }}) as currency,
        {{ landed(rows, [prefix ~ 'started_at', prefix ~ 'first_billed_at', prefix ~ 'created_at'], 'instant') }} as started_at,
        {{ landed(rows, [prefix ~ 'started_at', prefix ~ 'first_billed_at'], 'instant') }} is not null as has_started,
        {{ landed(rows, prefix ~ 'first_billed_at', 'instant') }} as first_billed_at,
        {{ landed(rows, prefix ~ 'next_billed_at', 'instant') }} as next_billed_at,
        {{ landed(rows, prefix ~ 'current_billing_period.starts_at', 'instant') }} as period_started_at,
        {{ landed(rows, prefix ~ 'current_billing_period.ends_at', 'instant') }} as period_ends_at,
        {{ landed(rows, prefix ~ 'paused_at', 'instant') }} as paused_at,
        {{ landed(rows, prefix ~ 'canceled_at', 'instant') }} as canceled_at,
        lower({{ landed(rows, prefix ~ 'scheduled_change.action') }}) as change_action,
        {{ landed(rows, prefix ~ 'scheduled_change.effective_at', 'instant') }} as change_at,
        {{ landed(rows, prefix ~ 'scheduled_change.resume_at', 'instant') }} as resume_at,
        {{ landed(rows, prefix ~ 'discount.id', 'id') }} as discount_id,
        {{ landed(rows, prefix ~ 'discount.starts_at', 'instant') }} as discount_starts_at,
        {{ landed(rows, prefix ~ 'discount.ends_at', 'instant') }} as discount_ends_at,
        lower({{ landed(rows, prefix ~ 'billing_cycle.interval') }}) as billing_interval,
        {{ landed(rows, prefix ~ 'billing_cycle.frequency', 'number') }} as interval_count,
        {{ landed(rows, prefix ~ 'items') }} as items,
        {{ landed(rows, prefix ~ 'recurring_transaction_details.line_items') }} as quoted_lines,
        {{ landed(rows, [prefix ~ 'updated_at'] + ([occurred_at] if occurred_at else []), 'instant') }} as updated_at,
        {{ account_prefix(rows) }} as account_prefix,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}
    {%- if occurred_at %}
    where {{ landed(rows, prefix ~ 'id') }} like 'sub\_%' escape '\'
    {%- else %}
    where {{ landed(rows, 'id', 'id') }} is not null
    {%- endif %}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

distinct_versions as (
    select
        *,
        coalesce(updated_at, landed_at, started_at) as version_at,
        row_number() over (
            partition by subscription_id, coalesce(updated_at, landed_at, started_at)
            order by landed_at desc nulls last, canceled_at desc nulls last, change_at desc nulls last, items desc nulls last
        ) as load_recency
    from landed_subscriptions
),

ordered_versions as (
    select
        *,
        row_number() over (partition by subscription_id order by version_at asc) as version_number,
        row_number() over (partition by subscription_id order by version_at desc) as recency
    from distinct_versions
    where load_recency = 1
),

-- What was inactive from the first was never service.
served as (
    select
        subscription_id,
        started_at,
        case
            when status = 'canceled' then coalesce(canceled_at, version_at)
            when change_action = 'cancel' then change_at
        end as ends_at
    from ordered_versions
    where recency = 1 and (coalesce(status, '') <> 'inactive' or has_started)
)

select
    versions.subscription_id,
    versions.customer_id,
    versions.address_id,
    case versions.status when 'inactive' then 'paused' else versions.status end as status,
    versions.currency,
    served.started_at,
    served.ends_at,
    versions.first_billed_at,
    coalesce(versions.next_billed_at, versions.period_ends_at) as next_billed_at,
    versions.period_started_at,
    versions.paused_at,
    versions.change_action,
    versions.change_at,
    versions.resume_at,
    versions.discount_id,
    versions.discount_starts_at,
    versions.discount_ends_at,
    versions.billing_interval,
    versions.interval_count,
    versions.items,
    versions.quoted_lines,
    versions.account_prefix,
    versions.version_at,
    versions.version_number,
    versions.recency,
    versions.landed_at
from ordered_versions as versions
inner join served on versions.subscription_id = served.subscription_id
