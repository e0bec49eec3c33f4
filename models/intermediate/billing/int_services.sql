-- Grain: one row per customer and service: an unbroken stretch in which it is served, from the first MRR in it.
{#- What another customer paid for until now serves the one that takes it over: the same item, or what it continues. #}
{%- set is_taken_over = '(lag(periods.customer_id) over item_log <> periods.customer_id'
    ~ ' and lag(periods.mrr_own_amount) over item_log > 0 and lag(periods.valid_to) over item_log = periods.valid_from'
    ~ ' or last_payers.customer_id <> periods.customer_id'
    ~ ' and min(periods.valid_from) over (partition by periods.subscription_id) = periods.valid_from)' %}
with

run_settings as (select * from {{ ref('run_settings') }}),

periods as (select * from {{ ref('int_subscription_periods') }}),

-- Who paid for a subscription until its end.
last_payers as (

    select
        subscription_id,
        max(customer_id) as customer_id
    from periods
    where mrr_own_amount > 0 and valid_to = ended_at
    group by subscription_id

),

served_periods as (

    select
        periods.customer_id,
        periods.subscription_id,
        periods.item_id,
        periods.valid_from,
        coalesce(periods.valid_to, run_settings.as_of_end_at) as valid_to,
        case when periods.mrr_own_amount > 0 or {{ is_taken_over }} then periods.valid_from end as paid_from,
        -- Where a free plan is no churn it holds the customer as MRR does.
        case
            when periods.mrr_own_amount > 0 or coalesce(periods.is_free_plan, false)
                then coalesce(periods.valid_to, run_settings.as_of_end_at)
            when {{ is_taken_over }} then periods.valid_from
        end as held_until,
        periods.migrated_from_subscription_id is not null
        and row_number() over item_log = 1 as is_migration
    from periods
    cross join run_settings
    left join last_payers on periods.migrated_from_subscription_id = last_payers.subscription_id
    -- A pause interrupts no service: whether the customer is served in it is another question.
    where periods.is_in_force or periods.paused_at is not null
    window item_log as (partition by periods.subscription_id, periods.item_id order by periods.valid_from asc)

),

breaks as (

    select
        customer_id,
        subscription_id,
        item_id,
        valid_from,
        valid_to,
        paid_from,
        held_until,
        case
            when is_migration then 0
            when valid_from <= {{ dbt.dateadd('hour', var('chain_gap_hours'), 'max(valid_to) over earlier') }} then 0
            else 1
        end as is_break,
        -- What is paid again after a free period that was too long is another service.
        case
            when paid_from is null then 0
            when paid_from <= {{ dbt.dateadd('day', var('free_period_churn_days'), 'max(held_until) over earlier') }}
                then 0
            else 1
        end as is_lapse
    from served_periods
    window earlier as (
        partition by customer_id order by valid_from asc, subscription_id asc, item_id asc
        rows between unbounded preceding and 1 preceding
    )

),

stretches as (

    select
        customer_id,
        valid_to,
        paid_from,
        held_until,
        sum(is_break) over customer_log as stretch_number,
        sum(is_lapse) over customer_log as lapse_number
    from breaks
    window customer_log as (
        partition by customer_id order by valid_from asc, subscription_id asc, item_id asc
        rows between unbounded preceding and current row
    )

),

services as (

    select
        customer_id,
        min(paid_from) as started_at,
        least(
            max(max(valid_to)) over (partition by customer_id, stretch_number),
            {{ dbt.dateadd('day', var('free_period_churn_days'), 'max(held_until)') }}
        ) as served_until
    from stretches
    group by customer_id, stretch_number, lapse_number

)

select
    customer_id,
    started_at,
    served_until,
    min(started_at) over (partition by customer_id) as first_started_at
from services
where started_at is not null
