-- Grain: one row per fact that a version of a subscription knows: when it begins to have a status, or when its end was asked for.
{{ config(enabled='chargebee' in var('connectors') | string) }}
with

versions as (

    select
        *,
        coalesce(started_at, start_date, created_at) as service_starts_at,
        case
            when is_deleted then least(coalesce(cancelled_at, version_at), version_at)
            when status in ('cancelled', 'transferred') then coalesce(cancelled_at, version_at)
            when status = 'non_renewing' then coalesce(cancelled_at, current_term_end)
            when status = 'in_trial' and trial_end_action = 'cancel_subscription' then coalesce(cancelled_at, trial_end)
            when cancelled_at > version_at or cancel_schedule_created_at is not null then cancelled_at
        end as service_ends_at,
        -- Ends that the system decides upon are nobody's request.
        case
            when
                coalesce(cancel_reason, '') not in (
                    'not_paid', 'no_card', 'fraud_review_failed', 'tax_calculation_failed', 'currency_incompatible_with_gateway'
                )
                and coalesce(cancel_reason, '') not like 'non\_compliant%' escape '\'
                then cancel_schedule_created_at
        end as asked_at
    from {{ ref('base_chargebee_subscriptions') }}

),

trials as (
    select
        *,
        case when trial_end > coalesce(trial_start, service_starts_at) then coalesce(trial_start, service_starts_at) end as trial_from,
        case when activated_at > trial_start and activated_at < trial_end then activated_at else trial_end end as trial_until,
        case when asked_at <= service_ends_at then asked_at end as cancel_requested_at
    from versions
),

points as (

    {% set points = [
        ('active', 'service_starts_at', 'true'),
        ('trialing', 'trial_from', 'true'),
        ('active', 'trial_until', 'trial_from is not null'),
        ('active', 'activated_at', 'activated_at > coalesce(trial_until, service_starts_at)'),
        ('past_due', 'due_since', "status in ('active', 'non_renewing') and due_invoices_count > 0"),
        ('paused', 'coalesce(pause_date, version_at)', "status = 'paused' or pause_date > version_at or (pause_date is not null and resume_date is not null)"),
        ('active', 'resume_date', "status = 'paused' or pause_date is not null"),
        ('canceled', 'service_ends_at', 'true'),
        (none, 'cancel_requested_at', 'cancel_requested_at >= service_starts_at')
    ] %}
    {%- for status, changed_at, condition in points %}
    select
        subscription_id,
        version_number,
        version_at,
        earlier_version_at,
        {{ changed_at }} as changed_at,
        {{ "'" ~ status ~ "'" if status else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as status,
        {{ loop.index }} as precedence,
        service_ends_at,
        cancel_requested_at,
        coalesce(cancel_reason_code, cancel_reason) as cancel_reason
    from trials
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}

)

select *
from points
where changed_at is not null and (status = 'canceled' or service_ends_at is null or changed_at < service_ends_at)
