-- Grain: one row per change of a subscription's plan, price or quantity that has happened, or is the one that is planned.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set table = landed_table('recurly', ['subscription_change_history', 'subscription_changes', 'subscription_change'], 'changes') %}
{%- set subscriptions = landed_table('recurly', ['subscription_history', 'subscriptions', 'subscription'], 'subscriptions') %}
with

subscriptions as (select * from {{ ref('base_recurly_subscriptions') }}),

landed_changes as (

    {% for rows, prefix in [[table, ''], [subscriptions, 'pending_change.']] %}
    select
        {{ landed(rows, prefix ~ 'id', 'id') }} as change_id,
        {{ landed(rows, 'id' if prefix else 'subscription.id', 'id') }} as subscription_id,
        {{ landed(rows, prefix ~ 'plan.id', 'id') }} as plan_id,
        {{ landed(rows, prefix ~ 'unit_amount', 'number') }} as unit_amount,
        {{ landed(rows, prefix ~ 'quantity', 'number') }} as quantity,
        {{ landed(rows, prefix ~ 'activate_at', 'instant') }} as activate_at,
        coalesce({{ landed(rows, prefix ~ 'activated', 'boolean') }}, false) as is_activated,
        {{ landed(rows, prefix ~ 'created_at', 'instant') }} as created_at,
        {{ landed(rows, prefix ~ 'deleted_at', 'instant') }} as deleted_at,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}
    {%- if prefix %}
    where {{ landed(rows, prefix ~ 'id', 'id') }} is not null
    {%- else %}

    union all
    {%- endif %}
    {%- endfor %}

),

ordered_changes as (
    select
        *,
        row_number() over (
            partition by change_id
            order by updated_at desc nulls last, landed_at desc nulls last, deleted_at desc nulls last, activate_at desc
        ) as recency
    from landed_changes
    where change_id is not null
),

-- A subscription has one planned change at most: a later one takes its place, and what lies before the newest version did not happen.
known_changes as (

    select
        changes.change_id,
        changes.subscription_id,
        changes.plan_id,
        changes.unit_amount,
        changes.quantity,
        changes.activate_at,
        changes.is_activated,
        changes.created_at,
        changes.deleted_at,
        changes.updated_at,
        changes.landed_at,
        changes.recency,
        row_number() over (
            partition by changes.subscription_id, changes.is_activated order by changes.created_at desc nulls last, changes.change_id desc
        ) as plan_recency
    from ordered_changes as changes
    inner join subscriptions on changes.subscription_id = subscriptions.subscription_id and subscriptions.recency = 1
    where
        changes.recency = 1 and changes.deleted_at is null
        and (changes.is_activated or changes.activate_at > subscriptions.version_at)

)

select
    change_id,
    subscription_id,
    plan_id,
    unit_amount,
    quantity,
    coalesce(activate_at, created_at) as changed_at,
    is_activated,
    landed_at
from known_changes
where is_activated or plan_recency = 1
