-- Grain: one row per plan that anything names, with the interval at which it is billed.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set rows = landed_table('recurly', ['plan_history', 'plans', 'plan'], 'plans') %}
with

subscriptions as (select * from {{ ref('base_recurly_subscriptions') }}),

changes as (select * from {{ ref('base_recurly_changes') }}),

lines as (select * from {{ ref('base_recurly_invoice_lines') }}),

landed_plans as (

    select
        {{ landed(rows, 'id', 'id') }} as plan_id,
        {{ landed(rows, ['name', 'code']) }} as plan_name,
        {{ landed(rows, 'code', 'id') }} as plan_code,
        lower({{ landed(rows, 'interval_unit') }}) as interval_unit,
        {{ landed(rows, 'interval_length', 'number') }} as interval_length,
        {{ landed_at(rows) }} as landed_at,
        row_number() over (
            partition by {{ landed(rows, 'id', 'id') }}
            order by {{ landed(rows, 'updated_at', 'instant') }} desc nulls last, {{ landed_at(rows) }} desc nulls last
        ) as recency
    from {{ rows.sql }}

),

-- A plan that no table lists is billed as the last full period of a subscription to it.
periods as (

    select
        plan_id,
        {{ months_between('period_started_at', 'period_ends_at') }} as month_count,
        {{ days_between('cast(period_started_at as date)', 'cast(period_ends_at as date)') }} as day_count,
        cast(period_ends_at as date) in (
            {{ add_months('cast(period_started_at as date)', months_between('period_started_at', 'period_ends_at')) }}
        ) as is_whole_months,
        row_number() over (partition by plan_id order by version_at desc, subscription_id asc) as recency
    from subscriptions
    where period_ends_at > period_started_at and coalesce(trial_ends_at <= period_started_at, true)

),

named_plans as (

    select plan_id, landed_at
    from landed_plans

    union all

    select plan_id, landed_at
    from subscriptions

    union all

    select plan_id, landed_at
    from changes

    union all

    select plan_id, landed_at
    from lines

),

plans as (
    select
        plan_id,
        max(landed_at) as landed_at
    from named_plans
    where plan_id is not null
    group by plan_id
),

-- Recurly bills each month where a plan says nothing else.
intervals as (
    select
        plans.plan_id,
        plans.landed_at,
        landed_plans.plan_name,
        landed_plans.plan_code,
        case
            when landed_plans.interval_length is not null then coalesce(landed_plans.interval_unit, 'months')
            when periods.plan_id is null or periods.is_whole_months then 'months'
            else 'days'
        end as interval_unit,
        cast(
            coalesce(
                landed_plans.interval_length, case when periods.is_whole_months then periods.month_count else periods.day_count end, 1
            ) as {{ dbt.type_int() }}
        ) as interval_length
    from plans
    left join landed_plans on plans.plan_id = landed_plans.plan_id and landed_plans.recency = 1
    left join periods on plans.plan_id = periods.plan_id and periods.recency = 1
)

select
    plan_id,
    coalesce(plan_name, plan_id) as plan_name,
    plan_code,
    case
        when interval_unit like 'day%' then 'day'
        when mod(interval_length, 12) = 0 then 'year'
        else 'month'
    end as billing_interval,
    case when interval_unit not like 'day%' and mod(interval_length, 12) = 0 then interval_length / 12 else interval_length end as interval_count,
    landed_at
from intervals
