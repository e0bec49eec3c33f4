-- Grain: one row per subscription item and stretch of time, [valid_from, valid_to), in which its terms are the same.
with

entries as (select * from {{ ref('int_subscription_log') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- A discount that ends splits its entry: 1 is the part under the discount, 2 the part after it.
parts as (

    {{ numbers(2) }}

),

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
        entries.quantity,
        entries.unit_amount,
        entries.currency,
        entries.billing_interval,
        entries.interval_count,
        entries.term_months,
        entries.migrated_from_subscription_id,
        entries.mrr_list_own_amount,
        entries.paused_at,
        case when parts.n = 1 then entries.discount_rate else 0 end as discount_rate,
        case when parts.n = 1 then entries.discount_amount else 0 end as discount_amount,
        case when parts.n = 1 then entries.mrr_own_amount else entries.mrr_list_own_amount end as mrr_own_amount,
        case
            when parts.n = 1 then entries.changed_at
            else greatest(entries.changed_at, entries.discount_ends_at)
        end as valid_from,
        case
            when parts.n = 1 then least(entries.next_changed_at, entries.discount_ends_at)
            else entries.next_changed_at
        end as valid_to,
        case when entries.is_followed_by_end then entries.next_changed_at end as ended_at
    from entries
    cross join parts
    cross join run_settings
    where parts.n = 1 or entries.discount_ends_at < run_settings.as_of_end_at

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
    coalesce(valid_to = ended_at, false) as is_followed_by_end,
    mrr_list_own_amount,
    mrr_list_own_amount - mrr_own_amount as mrr_discount_own_amount,
    mrr_own_amount
from periods
where valid_to is null or valid_from < valid_to
