-- Grain: one row per week in which trials began, plan and acquisition channel.
with

items as (select * from {{ ref('int_subscription_items') }}),

entries as (select * from {{ ref('int_subscription_log') }}),

plan_changes as (select * from {{ ref('int_plan_changes') }}),

plans as (select * from {{ ref('stg_plans') }}),

customers as (select * from {{ ref('int_customers') }}),

run_settings as (select * from {{ ref('run_settings') }}),

subscription_states as (
    select
        subscription_id,
        min(first_paid_at) as first_paid_at,
        max(case when status = 'trialing' then 1 else 0 end) as is_on_trial
    from items
    group by subscription_id
),

-- On trial before it was ever paid for: a trial of what had been paid is none.
trial_items as (
    select
        items.subscription_id,
        items.item_id,
        items.customer_id,
        items.trial_started_at,
        -- Billing may write what was bought after the trial as another subscription, which continues it.
        least(items.first_paid_at, next_states.first_paid_at) as converted_at,
        greatest(case when items.status = 'trialing' then 1 else 0 end, next_states.is_on_trial) as is_on_trial,
        plan_changes.next_subscription_id
    from items
    left join plan_changes
        on
            items.subscription_id = plan_changes.subscription_id
            and items.item_id = plan_changes.item_id
            and items.subscription_id <> plan_changes.next_subscription_id
            and items.first_paid_at is null
    left join subscription_states as next_states on plan_changes.next_subscription_id = next_states.subscription_id
    where items.trial_started_at is not null and coalesce(items.first_paid_at >= items.trial_started_at, true)
),

ranked_items as (
    select
        trial_items.subscription_id,
        coalesce(plans.plan_name, entries.plan_id, 'unknown') as plan_name,
        -- The main item stands for the trial: what began first, core before add-ons.
        row_number() over (
            partition by trial_items.subscription_id
            order by
                trial_items.trial_started_at asc,
                case when entries.product_type = 'core' then 0 else 1 end,
                trial_items.item_id asc
        ) as item_rank
    from trial_items
    inner join entries
        on
            trial_items.subscription_id = entries.subscription_id
            and trial_items.item_id = entries.item_id
            and trial_items.trial_started_at = entries.changed_at
    left join plans on entries.plan_id = plans.plan_id
),

continued_trials as (
    select distinct next_subscription_id as subscription_id
    from trial_items
    where next_subscription_id is not null
),

trials as (
    select
        trial_items.subscription_id,
        min(trial_items.customer_id) as customer_id,
        cast(min(trial_items.trial_started_at) as date) as started_date,
        cast(min(trial_items.converted_at) as date) as converted_date,
        max(trial_items.is_on_trial) as is_on_trial
    from trial_items
    left join continued_trials on trial_items.subscription_id = continued_trials.subscription_id
    -- What continues a trial is no other one.
    where continued_trials.subscription_id is null
    group by trial_items.subscription_id
),

cohorts as (
    select
        {{ week_start('trials.started_date') }} as cohort_week,
        ranked_items.plan_name,
        coalesce(customers.acquisition_channel, 'unknown') as acquisition_channel,
        count(*) as trial_count,
        count(trials.converted_date) as converted_count,
        sum(case when trials.converted_date is null then trials.is_on_trial else 0 end) as running_count,
        percentile_cont(0.5) within group (
            order by {{ days_between('trials.started_date', 'trials.converted_date') }} asc
        ) as median_conversion_days
    from trials
    inner join ranked_items on trials.subscription_id = ranked_items.subscription_id and ranked_items.item_rank = 1
    left join customers on trials.customer_id = customers.customer_id
    group by
        {{ week_start('trials.started_date') }}, ranked_items.plan_name,
        coalesce(customers.acquisition_channel, 'unknown')
)

select
    cohorts.cohort_week,
    cohorts.cohort_week = {{ week_start('run_settings.as_of_date') }} as is_partial_week,
    cohorts.plan_name,
    cohorts.acquisition_channel,
    cohorts.trial_count,
    cohorts.converted_count,
    cast(cohorts.running_count as {{ dbt.type_bigint() }}) as running_count,
    cast(cohorts.median_conversion_days as {{ type_rate() }}) as median_conversion_days,
    {{ rate('cohorts.converted_count', 'cohorts.trial_count - cohorts.running_count') }} as conversion_rate
from cohorts
cross join run_settings
