-- Grain: one row per customer and service: an unbroken stretch in which it is served, from the first MRR in it.
{%- set item_log = 'partition by periods.subscription_id, periods.item_id order by periods.valid_from asc' %}
{%- set customer_log = 'partition by customer_id order by valid_from asc, subscription_id asc, item_id asc' %}
{#- Free, and paid by another customer since an earlier month: the same item, or the subscription that it continues. #}
{%- set is_taken_over = '(periods.is_in_force and periods.mrr_own_amount = 0'
    ~ ' and (lag(periods.customer_id) over (' ~ item_log ~ ') <> periods.customer_id'
    ~ ' and lag(periods.mrr_own_amount) over (' ~ item_log ~ ') > 0'
    ~ ' and lag(periods.valid_to) over (' ~ item_log ~ ') = periods.valid_from'
    ~ ' and first_value(periods.valid_from) over (' ~ item_log ~ ') < ' ~ month_start('periods.valid_from')
    ~ ' or last_payers.customer_id <> periods.customer_id and last_payers.paid_from < ' ~ month_start('periods.valid_from')
    ~ ' and min(periods.valid_from) over (partition by periods.subscription_id) = periods.valid_from))' %}
{%- set earlier = 'over (' ~ customer_log ~ ' rows between unbounded preceding and 1 preceding)' %}
with

run_settings as (select * from {{ ref('run_settings') }}),

periods as (select * from {{ ref('int_subscription_periods') }}),

-- Who paid for a subscription until its end.
last_payers as (
    select
        subscription_id,
        max(case when valid_to = ended_at then customer_id end) as customer_id,
        min(valid_from) as paid_from
    from periods
    where mrr_own_amount > 0
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
        {{ is_taken_over }} as is_taken_over,
        periods.migrated_from_subscription_id is not null and row_number() over ({{ item_log }}) = 1 as is_migration
    from periods
    cross join run_settings
    left join last_payers on periods.migrated_from_subscription_id = last_payers.subscription_id
    -- A pause interrupts no service: whether the customer is served in it is another question.
    where periods.is_in_force or periods.paused_at is not null

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
        is_taken_over,
        case
            when is_migration then 0
            when valid_from <= {{ dbt.dateadd('hour', var('chain_gap_hours'), 'max(valid_to) ' ~ earlier) }} then 0
            else 1
        end as is_break,
        -- What is paid again after a free period that was too long is another service.
        case
            when paid_from is null then 0
            when paid_from <= {{ dbt.dateadd('day', var('free_period_churn_days'), 'max(held_until) ' ~ earlier) }}
                then 0
            else 1
        end as is_lapse
    from served_periods
),

stretches as (
    select
        customer_id,
        valid_to,
        paid_from,
        held_until,
        is_taken_over,
        sum(is_break) over ({{ customer_log }} rows unbounded preceding) as stretch_number,
        sum(is_lapse) over ({{ customer_log }} rows unbounded preceding) as lapse_number
    from breaks
),

services as (

    select
        customer_id,
        min(paid_from) as started_at,
        coalesce(min(case when is_taken_over then paid_from end) = min(paid_from), false) as is_taken_over,
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
    is_taken_over,
    min(started_at) over (partition by customer_id) as first_started_at
from services
where started_at is not null
