-- Grain: one row per version of a subscription that was loaded, in the order of its updates.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set rows = landed_table('recurly', ['subscription_history', 'subscriptions', 'subscription'], 'subscriptions') %}
with

landed_subscriptions as (

    select
        {{ landed(rows, 'id', 'id') }} as subscription_id,
        {{ landed(rows, 'account.id', 'id') }} as account_id,
        {{ landed(rows, 'plan.id', 'id') }} as plan_id,
        lower({{ landed(rows, 'state') }}) as state,
        upper({{ landed(rows, 'currency') }}) as currency,
        {{ landed(rows, 'unit_amount', 'number') }} as unit_amount,
        {{ landed(rows, 'quantity', 'number') }} as quantity,
        coalesce({{ landed(rows, 'tax_inclusive', 'boolean') }}, false) as is_tax_included,
        {{ landed(rows, 'tax_info.rate', 'number') }} as tax_rate,
        {{ landed(rows, 'auto_renew', 'boolean') }} as is_renewed,
        {{ landed(rows, 'total_billing_cycles', 'number') }} as term_cycles,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed(rows, 'activated_at', 'instant') }} as activated_at,
        {{ landed(rows, 'current_period_started_at', 'instant') }} as period_started_at,
        {{ landed(rows, 'current_period_ends_at', 'instant') }} as period_ends_at,
        {{ landed(rows, 'current_term_started_at', 'instant') }} as term_started_at,
        {{ landed(rows, 'current_term_ends_at', 'instant') }} as term_ends_at,
        {{ landed(rows, 'trial_started_at', 'instant') }} as trial_started_at,
        {{ landed(rows, 'trial_ends_at', 'instant') }} as trial_ends_at,
        {{ landed(rows, 'paused_at', 'instant') }} as paused_at,
        {{ landed(rows, 'remaining_pause_cycles', 'number') }} as pause_cycles,
        {{ landed(rows, 'canceled_at', 'instant') }} as canceled_at,
        {{ landed(rows, 'expires_at', 'instant') }} as expires_at,
        lower({{ landed(rows, 'expiration_reason') }}) as expiration_reason,
        {{ landed(rows, 'ramp_intervals') }} as ramp_intervals,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}

),

distinct_versions as (
    select
        *,
        coalesce(updated_at, landed_at) as version_at,
        row_number() over (
            partition by subscription_id, coalesce(updated_at, landed_at) order by landed_at desc, expires_at desc nulls last, unit_amount desc
        ) as load_recency
    from landed_subscriptions
    where subscription_id is not null
),

ordered_versions as (
    select
        *,
        row_number() over (partition by subscription_id order by version_at) as version_number,
        row_number() over (partition by subscription_id order by version_at desc) as recency
    from distinct_versions
    where load_recency = 1
),

-- A first payment that failed was no service.
served as (
    select subscription_id
    from ordered_versions
    where recency = 1 and coalesce(state, '') <> 'failed'
)

select
    versions.subscription_id,
    versions.account_id,
    versions.plan_id,
    versions.state,
    versions.currency,
    versions.unit_amount,
    versions.quantity,
    versions.is_tax_included,
    versions.tax_rate,
    versions.is_renewed,
    versions.term_cycles,
    versions.created_at,
    versions.activated_at,
    versions.period_started_at,
    versions.period_ends_at,
    versions.term_started_at,
    versions.term_ends_at,
    versions.trial_started_at,
    versions.trial_ends_at,
    versions.paused_at,
    versions.pause_cycles,
    versions.canceled_at,
    versions.expires_at,
    versions.expiration_reason,
    versions.ramp_intervals,
    versions.updated_at,
    versions.landed_at,
    versions.version_at,
    versions.load_recency,
    versions.version_number,
    versions.recency,
    case
        when versions.state = 'future'
            then coalesce(versions.period_started_at, versions.term_started_at, versions.trial_started_at, versions.activated_at)
        else coalesce(
            least(coalesce(versions.activated_at, versions.created_at), versions.trial_started_at), versions.period_started_at, versions.version_at
        )
    end as started_at,
    -- What is canceled, or does not renew, is in service until its term ends.
    case
        when versions.expires_at is not null then versions.expires_at
        when versions.state = 'expired' then coalesce(versions.canceled_at, versions.version_at)
        when versions.state = 'canceled' or not versions.is_renewed then coalesce(versions.term_ends_at, versions.period_ends_at)
    end as ends_at
from ordered_versions as versions
inner join served on versions.subscription_id = served.subscription_id
