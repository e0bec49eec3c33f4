-- Each week's trials are the subscriptions that the log has on trial before they are paid, less what continues a trial.
with

entries as (select * from {{ ref('int_subscription_log') }}),

plan_changes as (select * from {{ ref('int_plan_changes') }}),

cohorts as (

    select
        cohort_week,
        sum(trial_count) as trial_count,
        sum(converted_count + running_count) as open_or_won_count
    from {{ ref('trial_conversions') }}
    group by cohort_week

),

tried_items as (

    select
        subscription_id,
        item_id,
        min(case when status = 'trialing' then changed_at end) as trial_started_at,
        min(case when mrr_own_amount > 0 then changed_at end) as first_paid_at
    from entries
    group by subscription_id, item_id

),

tried_subscriptions as (

    select
        subscription_id,
        min(trial_started_at) as trial_started_at,
        max(case when first_paid_at is not null then 1 else 0 end) as is_won
    from tried_items
    where trial_started_at is not null and coalesce(first_paid_at >= trial_started_at, true)
    group by subscription_id

),

continued_trials as (

    select plan_changes.next_subscription_id as subscription_id
    from plan_changes
    inner join tried_items
        on
            plan_changes.subscription_id = tried_items.subscription_id
            and plan_changes.item_id = tried_items.item_id
            and plan_changes.subscription_id <> plan_changes.next_subscription_id
    where tried_items.trial_started_at is not null and tried_items.first_paid_at is null

),

weeks as (

    select
        {{ week_start('trial_started_at') }} as cohort_week,
        count(*) as trial_count,
        sum(is_won) as won_count
    from tried_subscriptions
    where subscription_id not in (select continued_trials.subscription_id from continued_trials)
    group by {{ week_start('trial_started_at') }}

)

select
    coalesce(weeks.cohort_week, cohorts.cohort_week) as cohort_week,
    weeks.trial_count,
    cohorts.trial_count as shown_count
from weeks
full outer join cohorts on weeks.cohort_week = cohorts.cohort_week
where
    coalesce(weeks.trial_count, -1) <> coalesce(cohorts.trial_count, -1)
    -- What is paid under its own name has converted; more may have under another's.
    or weeks.won_count > cohorts.open_or_won_count
