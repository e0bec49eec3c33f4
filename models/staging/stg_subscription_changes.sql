-- Grain: one row per subscription item and instant at which its terms or status change.
with

versions as (

    select
        *,
        count(*) over (partition by subscription_id, item_id, changed_at) as version_count,
        min(loaded_at) over (partition by subscription_id, item_id, changed_at) as first_loaded_at,
        row_number() over (
            partition by subscription_id, item_id, changed_at
            order by
                loaded_at desc,
                {{ row_text([
                    'customer_id', 'plan_id', 'status', 'quantity', 'unit_amount', 'currency', 'billing_interval',
                    'interval_count', 'discount_rate', 'discount_amount', 'discount_kind', 'discount_ends_at', 'term_months',
                    'term_started_at', 'auto_renew', 'notice_days', 'cancel_requested_at', 'cancel_reason',
                    'migrated_from_subscription_id'
                ]) }} asc
        ) as version_number
    from {{ ref('base_subscription_changes') }}
    where reject_reason is null

)

select
    subscription_id,
    item_id,
    changed_at,
    surviving_customer_id as customer_id,
    plan_id,
    status,
    cast(quantity as {{ type_amount() }}) as quantity,
    cast(unit_amount as {{ type_amount() }}) as unit_amount,
    currency,
    billing_interval,
    cast(interval_count as {{ dbt.type_bigint() }}) as interval_count,
    coalesce(discount_rate, 0) as discount_rate,
    cast(coalesce(discount_amount, 0) as {{ type_amount() }}) as discount_amount,
    discount_kind,
    discount_ends_at,
    cast(term_months as {{ dbt.type_bigint() }}) as term_months,
    term_started_at,
    auto_renew,
    cast(notice_days as {{ dbt.type_bigint() }}) as notice_days,
    cancel_requested_at,
    cancel_reason,
    migrated_from_subscription_id,
    loaded_at,
    first_loaded_at,
    version_count
from versions
where version_number = 1
