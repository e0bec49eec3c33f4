-- Grain: one row per start and per end of a row of the plain table subscriptions.
-- An end that another period of the same subscription and plan continues is none.
{{ config(materialized='view', enabled='plain_subscription_changes' in var('connectors').values()) }}
{%- set ends_on = dbt.dateadd('day', 1, 'ended_at') if var('end_is_inclusive') else 'ended_at' %}
with

subscriptions as (select * from {{ source('plain', 'subscriptions') }}),

named_subscriptions as (

    select
        *,
        cast({{ ends_on }} as date) as ends_on,
        coalesce(
            subscription_id,
            customer_id || '|' || coalesce(plan_id, '') || '|' || cast(started_at as {{ dbt.type_string() }})
            || '|' || cast(row_number() over (
                partition by customer_id, plan_id, started_at, subscription_id
                order by ended_at asc, mrr_amount asc, unit_amount asc, quantity asc, loaded_at asc
            ) as {{ dbt.type_string() }})
        ) as known_subscription_id,
        {{ folded_word('status') }} in ('canceled', 'cancelled', 'expired', 'ended', 'inactive', 'churned') as is_over
    from subscriptions

),

periods as (

    select
        *,
        coalesce(plan_id, known_subscription_id) as item_id,
        lead(started_at) over (
            partition by known_subscription_id, coalesce(plan_id, known_subscription_id)
            order by started_at asc, ends_on asc
        ) as next_started_at
    from named_subscriptions

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
where ends_on is not null and (next_started_at is null or next_started_at > ends_on)
