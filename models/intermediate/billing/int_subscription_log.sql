-- Grain: one row per subscription item and change of it that has taken effect by the as-of day.
with

changes as (select * from {{ ref('stg_subscription_changes') }}),

plans as (select * from {{ ref('stg_plans') }}),

run_settings as (select * from {{ ref('run_settings') }}),

entries as (

    select
        changes.subscription_id,
        changes.item_id,
        changes.customer_id,
        changes.plan_id,
        -- What is bought and not known counts as the core product.
        coalesce(plans.product_type, 'core') as product_type,
        plans.product_name,
        plans.tier_rank,
        changes.status,
        changes.is_end,
        changes.quantity,
        changes.unit_amount,
        changes.currency,
        changes.billing_interval,
        changes.interval_count,
        -- A discount given once never moves MRR.
        case when changes.discount_kind = 'once' then 0 else changes.discount_rate end as discount_rate,
        case when changes.discount_kind = 'once' then 0 else changes.discount_amount end as discount_amount,
        changes.discount_ends_at,
        changes.term_months,
        changes.term_started_at,
        changes.auto_renew,
        changes.notice_days,
        changes.migrated_from_subscription_id,
        changes.changed_at,
        {{ status_carries_mrr('changes.status') }} and coalesce(plans.product_type <> 'service', true) as carries_mrr,
        lead(changes.changed_at) over item_log as next_changed_at,
        lead(changes.is_end) over item_log as is_followed_by_end,
        sum(case when changes.status = 'paused' then 0 else 1 end) over item_log as unpaused_count
    from changes
    cross join run_settings
    left join plans on changes.plan_id = plans.plan_id
    -- What is planned for later takes effect when the as-of reaches it.
    where changes.changed_at < run_settings.as_of_end_at
    window item_log as (partition by changes.subscription_id, changes.item_id order by changes.changed_at asc)

)

select
    subscription_id,
    item_id,
    customer_id,
    plan_id,
    product_type,
    product_name,
    tier_rank,
    status,
    is_end,
    quantity,
    unit_amount,
    currency,
    billing_interval,
    interval_count,
    discount_rate,
    discount_amount,
    discount_ends_at,
    term_months,
    term_started_at,
    auto_renew,
    notice_days,
    migrated_from_subscription_id,
    changed_at,
    next_changed_at,
    coalesce(is_followed_by_end, false) as is_followed_by_end,
    -- Start of the unbroken pause that the entry belongs to, however often it was written again.
    min(case when status = 'paused' then changed_at end)
        over (partition by subscription_id, item_id, status, unpaused_count) as paused_at,
    case
        when carries_mrr
            then {{ monthly_amount('quantity', 'unit_amount', '0', '0', 'billing_interval', 'interval_count') }}
        else 0
    end as mrr_list_own_amount,
    case
        when carries_mrr
            then {{ monthly_amount(
                'quantity', 'unit_amount', 'discount_rate', 'discount_amount', 'billing_interval', 'interval_count'
            ) }}
        else 0
    end as mrr_own_amount
from entries
