-- Grain: one row per customer with a subscription that has ended: why the last one did.
with

entries as (select * from {{ ref('int_subscription_log') }}),

changes as (select * from {{ ref('stg_subscription_changes') }}),

previous_entries as (

    select
        customer_id,
        subscription_id,
        item_id,
        changed_at,
        status,
        lag(status) over (partition by subscription_id, item_id order by changed_at asc) as previous_status
    from entries

),

ranked_ends as (

    select
        previous_entries.customer_id,
        changes.cancel_reason,
        changes.cancel_requested_at,
        previous_entries.previous_status,
        row_number() over (
            partition by previous_entries.customer_id
            order by
                previous_entries.changed_at desc,
                case when changes.cancel_reason is null then 1 else 0 end asc,
                previous_entries.subscription_id asc,
                previous_entries.item_id asc
        ) as recency
    from previous_entries
    inner join changes
        on
            previous_entries.subscription_id = changes.subscription_id
            and previous_entries.item_id = changes.item_id
            and previous_entries.changed_at = changes.changed_at
    where changes.is_end or previous_entries.status = 'unpaid'

)

select
    customer_id,
    cancel_reason,
    -- Who did not ask to leave and had not paid was lost to its means of payment.
    case
        when cancel_requested_at is null and coalesce(previous_status in ('past_due', 'unpaid'), false)
            then 'payment_failure'
        else 'voluntary'
    end as churn_kind
from ranked_ends
where recency = 1
