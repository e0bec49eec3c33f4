-- Grain: one row per subscription item, as it stands on the as-of day or is to start later.
with

changes as (
    select
        *,
        row_number() over (partition by subscription_id, item_id order by changed_at desc) as recency
    from {{ ref('stg_subscription_changes') }}
),

entries as (select * from {{ ref('int_subscription_log') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

plans as (select * from {{ ref('stg_plans') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

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
        min(case when changes.changed_at >= run_settings.as_of_end_at then changes.changed_at end) as scheduled_at,
        min(case when changes.changed_at >= run_settings.as_of_end_at and changes.is_end then changes.changed_at end)
            as scheduled_end_at
    from changes
    cross join run_settings
    left join histories
        on changes.subscription_id = histories.subscription_id and changes.item_id = histories.item_id
    where coalesce(changes.changed_at >= histories.last_changed_at, true)
    group by changes.subscription_id, changes.item_id

)

select
    changes.subscription_id,
    changes.item_id,
    coalesce(entries.customer_id, changes.customer_id) as customer_id,
    coalesce(entries.plan_id, changes.plan_id) as plan_id,
    coalesce(plans.product_type, 'core') as product_type,
    coalesce(entries.status, 'signed') as status,
    case when entries.status is null then changes.quantity else entries.quantity end as quantity,
    coalesce(entries.currency, changes.currency) as currency,
    coalesce(entries.billing_interval, changes.billing_interval) as billing_interval,
    coalesce(entries.interval_count, changes.interval_count) as interval_count,
    coalesce(entries.is_in_force and entries.is_free_plan and entries.mrr_own_amount = 0, false) as is_on_free_plan,
    coalesce(histories.started_at, announcements.scheduled_at) as started_at,
    histories.trial_started_at,
    histories.first_paid_at,
    case when entries.is_end then entries.changed_at end as ended_at,
    announcements.cancel_requested_at,
    announcements.scheduled_end_at,
    coalesce(item_months.mrr_list_amount, 0) as mrr_list_amount,
    coalesce(item_months.mrr_amount, 0) as mrr_amount,
    -- With every change that the log holds for later, and after every discount that ends: what the last of them leaves.
    case
        when announcements.scheduled_at is not null and {{ entry_carries_mrr() }}
            then {{ entry_mrr_amount(lasting_discount) }}
        when announcements.scheduled_at is not null then 0
        when entries.discount_ends_at is not null then coalesce(item_months.mrr_list_amount, 0)
        else coalesce(item_months.mrr_amount, 0)
    end as committed_mrr_amount
from changes
inner join months on months.is_as_of_month
-- None where the deletion of the account ended the item.
left join announcements
    on changes.subscription_id = announcements.subscription_id and changes.item_id = announcements.item_id
left join entries
    on
        changes.subscription_id = entries.subscription_id
        and changes.item_id = entries.item_id
        and entries.next_changed_at is null
left join histories
    on changes.subscription_id = histories.subscription_id and changes.item_id = histories.item_id
left join plans on coalesce(entries.plan_id, changes.plan_id) = plans.plan_id
left join exchange_rates
    on changes.currency = exchange_rates.currency and months.activity_month = exchange_rates.activity_month
left join item_months
    on
        changes.subscription_id = item_months.subscription_id
        and changes.item_id = item_months.item_id
        and months.activity_month = item_months.activity_month
where changes.recency = 1
