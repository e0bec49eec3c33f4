-- Grain: one row per start and per end of a row of the plain table subscriptions.
-- An end that another period of its item continues is none. A period that begins two days or more before another one of
-- its subscription and plan ends is an item beside it. Of one start the newest load says the end.
{{ config(materialized='view', enabled='plain_subscription_changes' in var('connectors') | string) }}
{%- set over = 'canceled cancelled expired ended inactive churned terminated closed lapsed gekündigt beendet inaktiv résilié terminé'.split() %}
{%- set ends_on = dbt.dateadd('day', 1, 'ended_at') if var('end_is_inclusive') else 'ended_at' %}
with

subscriptions as (select * from {{ source('plain', 'subscriptions') }}),

named_subscriptions as (

    select
        *,
        -- An end of 2099 or later is how systems write none.
        case when ended_at < cast('2099-01-01' as date) then cast({{ ends_on }} as date) end as ends_on,
        coalesce(
            subscription_id,
            customer_id || '|' || coalesce(plan_id, '') || '|' || cast(started_at as {{ dbt.type_string() }})
            || '|' || cast(row_number() over (
                partition by customer_id, plan_id, started_at, subscription_id, loaded_at
                order by ended_at asc, mrr_amount asc, unit_amount asc, quantity asc
            ) as {{ dbt.type_string() }})
        ) as known_subscription_id,
        {{ folded_word('status') }} in ('{{ over | join("', '") }}') as is_over
    from subscriptions

),

versions as (

    select
        *,
        coalesce(plan_id, known_subscription_id) as plan_item_id,
        dense_rank() over (
            partition by known_subscription_id, plan_id, started_at, loaded_at
            order by ended_at asc, mrr_amount asc, unit_amount asc, quantity asc
        ) as period_number,
        dense_rank() over (partition by known_subscription_id, plan_id, started_at order by loaded_at desc nulls last)
            as version_number
    from named_subscriptions

),

covered_periods as (

    select
        *,
        max(case when version_number = 1 then ends_on end) over (
            partition by known_subscription_id, plan_id order by started_at asc, version_number asc, period_number asc
            rows between unbounded preceding and 1 preceding
        ) as earlier_ends_on
    from versions

),

items as (

    select
        *,
        plan_item_id || case
            when
                period_number > 1
                or first_value(earlier_ends_on) over (
                    partition by known_subscription_id, plan_id, started_at order by version_number asc, period_number asc
                ) > {{ dbt.dateadd('day', 1, 'started_at') }}
                then
                    '|' || cast(started_at as {{ dbt.type_string() }})
                    || '|' || cast(period_number as {{ dbt.type_string() }})
            else ''
        end as item_id
    from covered_periods

),

periods as (

    select
        *,
        lead(started_at) over (
            partition by known_subscription_id, item_id order by started_at asc, version_number desc, ends_on asc
        ) as next_started_at
    from items

)

select
    known_subscription_id as subscription_id,
    item_id,
    started_at as changed_at,
    customer_id,
    plan_id,
    -- What is over, nobody knows since when, must not run: it has no status, and is rejected for it.
    case when not coalesce(is_over, false) then coalesce(status, 'active') when ended_at is not null then 'active' end
        as status,
    case when mrr_amount is null then quantity else 1 end as quantity,
    coalesce(mrr_amount, unit_amount) as unit_amount,
    currency,
    case when mrr_amount is null then billing_interval else 'month' end as billing_interval,
    unreadable_value,
    loaded_at
from periods

union all

select
    known_subscription_id as subscription_id,
    item_id,
    ends_on as changed_at,
    customer_id,
    plan_id,
    'canceled' as status,
    null as quantity,
    null as unit_amount,
    null as currency,
    null as billing_interval,
    unreadable_value,
    loaded_at
from periods
where ends_on is not null and version_number = 1 and (next_started_at is null or next_started_at > ends_on)
