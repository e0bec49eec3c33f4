-- Grain: one row per customer (filter: has churned and not come back): when and why it churned.
with

customer_status as (select * from {{ ref('int_customer_status') }}),

run_settings as (select * from {{ ref('run_settings') }}),

spells as (select * from {{ ref('int_service_spells') }}),

entries as (select * from {{ ref('int_subscription_log') }}),

changes as (select * from {{ ref('stg_subscription_changes') }}),

entries_with_previous_status as (

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
        entries_with_previous_status.customer_id,
        changes.cancel_reason,
        changes.cancel_requested_at,
        entries_with_previous_status.previous_status,
        row_number() over (
            partition by entries_with_previous_status.customer_id
            order by
                entries_with_previous_status.changed_at desc,
                case when changes.cancel_reason is null then 1 else 0 end asc,
                entries_with_previous_status.subscription_id asc,
                entries_with_previous_status.item_id asc
        ) as recency
    from entries_with_previous_status
    inner join changes
        on
            entries_with_previous_status.subscription_id = changes.subscription_id
            and entries_with_previous_status.item_id = changes.item_id
            and entries_with_previous_status.changed_at = changes.changed_at
    where changes.is_end or entries_with_previous_status.status = 'unpaid'

)

select
    customer_status.customer_id,
    run_settings.as_of_date,
    spells.ended_date as left_date,
    {{ days_between('spells.ended_date', 'run_settings.as_of_date') }} as gone_days,
    {{ months_between('spells.ended_date', 'run_settings.as_of_date') }} as gone_months,
    -- Without a request to cancel, what was unpaid before its end is a payment failure.
    case
        when
            ranked_ends.cancel_requested_at is null
            and coalesce(ranked_ends.previous_status in ('past_due', 'unpaid'), false)
            then 'payment_failure'
        else 'voluntary'
    end as churn_kind,
    ranked_ends.cancel_reason
from customer_status
cross join run_settings
inner join spells
    on customer_status.customer_id = spells.customer_id and spells.is_churned and spells.returned_date is null
left join ranked_ends on customer_status.customer_id = ranked_ends.customer_id and ranked_ends.recency = 1
where customer_status.customer_status = 'churned'
