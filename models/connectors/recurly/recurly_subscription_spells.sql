-- Grain: one row per trial, pause or unpaid time of a subscription; the status with the lowest rank counts.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set rows = landed_table('recurly', ['invoice_history', 'invoices', 'invoice'], 'invoices') %}
with

subscriptions as (select * from {{ ref('base_recurly_subscriptions') }}),

plans as (select * from {{ ref('recurly_billed_plans') }}),

lines as (select * from {{ ref('base_recurly_invoice_lines') }}),

-- A pause may lie ahead. It lasts the cycles that remain, from its start or from the last bill within it.
paused_versions as (

    select
        versions.subscription_id,
        versions.paused_at,
        versions.version_at,
        cast(versions.pause_cycles * plans.interval_count as {{ dbt.type_int() }}) as interval_count,
        plans.billing_interval,
        case
            when versions.version_at >= versions.paused_at then greatest(versions.paused_at, coalesce(versions.period_started_at, versions.paused_at))
            else versions.paused_at
        end as counted_from,
        lead(versions.version_at) over (partition by versions.subscription_id order by versions.version_number) as next_version_at,
        lead(versions.paused_at) over (partition by versions.subscription_id order by versions.version_number) as next_paused_at
    from subscriptions as versions
    left join plans on versions.plan_id = plans.plan_id

),

-- A version without the pause has ended it, or has called it off.
pauses as (
    select
        subscription_id,
        paused_at,
        max(
            case
                {%- for unit in ['day', 'month', 'year'] %}
                when billing_interval = '{{ unit }}' then {{ dbt.dateadd(unit, 'interval_count', 'counted_from') }}
                {%- endfor %}
            end
        ) as planned_end_at,
        max(case when next_paused_at is null or next_paused_at <> paused_at then next_version_at end) as resumed_at
    from paused_versions
    where paused_at is not null
    group by subscription_id, paused_at
),

landed_invoices as (

    select
        {{ landed(rows, 'id', 'id') }} as invoice_id,
        lower({{ landed(rows, 'state') }}) as state,
        {{ landed(rows, ['due_at', 'due_on', 'created_at'], 'instant') }} as due_at,
        {{ landed(rows, ['closed_at', 'updated_at'], 'instant') }} as closed_at,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at
    from {{ rows.sql }}

),

ordered_invoices as (
    select
        *,
        row_number() over (partition by invoice_id order by updated_at desc nulls last, closed_at desc nulls last) as recency
    from landed_invoices
),

unpaid_invoices as (
    select
        invoice_id,
        min(case when state = 'past_due' then due_at end) as started_at,
        max(case when recency = 1 and state <> 'past_due' then closed_at end) as ended_at
    from ordered_invoices
    group by invoice_id
),

billed_subscriptions as (
    select distinct invoice_id, subscription_id
    from lines
    where subscription_id is not null
)

select subscription_id, 'trialing' as status, 1 as status_rank, trial_started_at as started_at, trial_ends_at as ended_at
from subscriptions
where recency = 1 and trial_ends_at > trial_started_at

union all

select subscription_id, 'paused' as status, 2 as status_rank, paused_at as started_at, least(planned_end_at, resumed_at) as ended_at
from pauses
where coalesce(least(planned_end_at, resumed_at) > paused_at, true)

union all

select billed.subscription_id, 'past_due' as status, 3 as status_rank, unpaid.started_at, unpaid.ended_at
from unpaid_invoices as unpaid
inner join billed_subscriptions as billed on unpaid.invoice_id = billed.invoice_id
where coalesce(unpaid.ended_at > unpaid.started_at, unpaid.started_at is not null)
