-- Grain: one row per subscription item and stretch of time, [valid_from, valid_to), in which its terms are the same.
with

run_settings as (select * from {{ ref('run_settings') }}),

entries as (
    select
        *,
        min(changed_at) over (partition by subscription_id) as subscription_started_at,
        first_value(migrated_from_subscription_id) over (
            partition by subscription_id order by migrated_from_subscription_id is null asc, changed_at asc, item_id asc
        ) as first_named_id,
        {{ discount_until() }} as discount_until,
        {% if var('past_due_churn_days') is number -%}
        case
            when status = 'past_due' then {{ dbt.dateadd('day', var('past_due_churn_days'), 'status_began_at') }}
        end
        {%- else -%}
        cast(null as timestamp)
        {%- endif %} as given_up_at
    from {{ ref('int_subscription_log') }}
),

-- What only a later entry names counts from the first, where it had ended by then.
ended_subscriptions as (
    select
        subscription_id,
        max(changed_at) as ended_at
    from entries
    group by subscription_id
    having sum(case when next_changed_at is null and not is_end then 1 else 0 end) = 0
),

-- A discount that ends splits its entry: 1 is the part under the discount, 2 the part after it.
parts as ({{ numbers(2) }}),

periods as (

    select
        entries.subscription_id,
        entries.item_id,
        entries.customer_id,
        entries.plan_id,
        entries.product_type,
        entries.product_name,
        entries.tier_rank,
        entries.status,
        entries.is_in_force
        {%- if var('free_plan_is_churn') %}
        and (entries.mrr_own_amount > 0 or not coalesce(entries.is_free_plan, false))
        {%- endif %} as is_in_force,
        entries.is_in_force and entries.product_type <> 'discount' as is_running,
        entries.is_free_plan,
        entries.quantity,
        entries.unit_amount,
        entries.currency,
        entries.billing_interval,
        entries.interval_count,
        entries.term_months,
        coalesce(entries.migrated_from_subscription_id, ended_subscriptions.subscription_id)
            as migrated_from_subscription_id,
        entries.mrr_list_own_amount,
        entries.ended_at,
        entries.paused_at,
        entries.continues_pause,
        case when parts.n = 1 then entries.discount_rate else 0 end as discount_rate,
        case when parts.n = 1 then entries.discount_amount else 0 end as discount_amount,
        case when parts.n = 1 then entries.mrr_own_amount else entries.mrr_list_own_amount end as mrr_own_amount,
        case when parts.n = 1 then entries.changed_at else greatest(entries.changed_at, entries.discount_until) end
            as valid_from,
        -- What is past due for long has ended, whatever the log goes on to say.
        least(
            entries.next_changed_at, entries.given_up_at, case when parts.n = 1 then entries.discount_until end
        ) as valid_to
    from entries
    cross join parts
    cross join run_settings
    left join ended_subscriptions
        on
            entries.first_named_id = ended_subscriptions.subscription_id
            and ended_subscriptions.ended_at
            <= {{ dbt.dateadd('hour', var('chain_gap_hours'), 'entries.subscription_started_at') }}
    where parts.n = 1 or entries.discount_until < run_settings.as_of_end_at

)

select
    subscription_id,
    item_id,
    valid_from,
    valid_to,
    customer_id,
    plan_id,
    product_type,
    product_name,
    tier_rank,
    status,
    is_in_force,
    is_running,
    is_free_plan,
    quantity,
    unit_amount,
    discount_rate,
    discount_amount,
    currency,
    billing_interval,
    interval_count,
    term_months,
    migrated_from_subscription_id,
    paused_at,
    continues_pause,
    ended_at,
    mrr_list_own_amount,
    mrr_own_amount
from periods
where valid_to is null or valid_from < valid_to
