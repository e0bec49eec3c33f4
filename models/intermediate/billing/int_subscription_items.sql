-- Grain: one row per subscription item as it stands on the as-of day.
with

entries as (select * from {{ ref('int_subscription_log') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

changes as (select * from {{ ref('stg_subscription_changes') }}),

months as (select * from {{ ref('int_months') }}),

run_settings as (select * from {{ ref('run_settings') }}),

histories as (

    select
        subscription_id,
        item_id,
        min(changed_at) as started_at,
        min(case when status = 'trialing' then changed_at end) as trial_started_at,
        min(case when mrr_own_amount > 0 then changed_at end) as first_paid_at,
        max(changed_at) as last_changed_at
    from entries
    group by subscription_id, item_id

),

-- A request to cancel, or an end planned for later, counts unless a later entry took it back.
announcements as (

    select
        changes.subscription_id,
        changes.item_id,
        max(case when changes.cancel_requested_at < run_settings.as_of_end_at then changes.cancel_requested_at end)
            as cancel_requested_at,
        min(case when changes.changed_at >= run_settings.as_of_end_at and changes.is_end then changes.changed_at end)
            as scheduled_end_at
    from changes
    cross join run_settings
    inner join histories
        on
            changes.subscription_id = histories.subscription_id
            and changes.item_id = histories.item_id
            and changes.changed_at >= histories.last_changed_at
    group by changes.subscription_id, changes.item_id

)

select
    entries.subscription_id,
    entries.item_id,
    entries.customer_id,
    entries.plan_id,
    entries.product_type,
    entries.status,
    entries.quantity,
    entries.currency,
    entries.billing_interval,
    entries.interval_count,
    histories.started_at,
    histories.trial_started_at,
    histories.first_paid_at,
    case when entries.is_end then entries.changed_at end as ended_at,
    announcements.cancel_requested_at,
    announcements.scheduled_end_at,
    coalesce(item_months.mrr_list_amount, 0) as mrr_list_amount,
    coalesce(item_months.mrr_amount, 0) as mrr_amount
from entries
inner join months on months.is_as_of_month
inner join histories
    on entries.subscription_id = histories.subscription_id and entries.item_id = histories.item_id
inner join announcements
    on entries.subscription_id = announcements.subscription_id and entries.item_id = announcements.item_id
left join item_months
    on
        entries.subscription_id = item_months.subscription_id
        and entries.item_id = item_months.item_id
        and months.activity_month = item_months.activity_month
where entries.next_changed_at is null
