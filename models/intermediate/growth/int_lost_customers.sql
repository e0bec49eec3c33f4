-- Grain: one row per customer (filter: has churned and not come back): when and why it churned.
with

customer_status as (select * from {{ ref('int_customer_status') }}),

run_settings as (select * from {{ ref('run_settings') }}),

spells as (select * from {{ ref('int_service_spells') }}),

entries as (select * from {{ ref('int_subscription_log') }}),

changes as (select * from {{ ref('stg_subscription_changes') }}),

numbered_entries as (

    select
        customer_id,
        subscription_id,
        item_id,
        changed_at,
        status,
        {{ status_carries_mrr('status') }} as is_running,
        -- Numbers the running entries: those that follow one without running carry its number.
        sum(case when {{ status_carries_mrr('status') }} then 1 else 0 end) over item_log as run_number,
        lag(status) over item_log as previous_status
    from entries
    window item_log as (partition by subscription_id, item_id order by changed_at asc)

),

-- Each time an item stopped, with all that was written of it until it ran again.
stops as (

    select
        numbered_entries.customer_id,
        numbered_entries.subscription_id,
        numbered_entries.item_id,
        min(numbered_entries.changed_at) as stopped_at,
        cast(min(numbered_entries.changed_at) as date) as stopped_date,
        max(changes.cancel_reason) as cancel_reason,
        max(case when changes.cancel_requested_at is not null then 1 else 0 end) as is_asked_for,
        max(
            case
                when numbered_entries.status = 'unpaid' then 1
                when numbered_entries.previous_status in ('past_due', 'unpaid') then 1
                else 0
            end
        ) as is_unpaid
    from numbered_entries
    left join changes
        on
            numbered_entries.subscription_id = changes.subscription_id
            and numbered_entries.item_id = changes.item_id
            and numbered_entries.changed_at = changes.changed_at
    where not numbered_entries.is_running and numbered_entries.run_number > 0
    group by
        numbered_entries.customer_id,
        numbered_entries.subscription_id,
        numbered_entries.item_id,
        numbered_entries.run_number

),

last_spells as (

    select
        customer_id,
        ended_date as left_date
    from spells
    where is_churned and returned_date is null

),

-- What stopped on the day on which the customer left, as one. Later spells that no month's end saw are left out.
ranked_stops as (

    select
        stops.customer_id,
        stops.cancel_reason,
        max(stops.is_asked_for) over customer_day as is_asked_for,
        max(stops.is_unpaid) over customer_day as is_unpaid,
        row_number() over (
            partition by stops.customer_id
            order by
                stops.stopped_date desc,
                stops.is_asked_for desc,
                stops.is_unpaid desc,
                case when stops.cancel_reason is null then 1 else 0 end asc,
                stops.stopped_at desc,
                stops.cancel_reason asc
        ) as recency
    from stops
    inner join last_spells on stops.customer_id = last_spells.customer_id
    where stops.stopped_date <= last_spells.left_date
    window customer_day as (partition by stops.customer_id, stops.stopped_date)

)

select
    customer_status.customer_id,
    run_settings.as_of_date,
    last_spells.left_date,
    {{ days_between('last_spells.left_date', 'run_settings.as_of_date') }} as gone_days,
    {{ months_between('last_spells.left_date', 'run_settings.as_of_date') }} as gone_months,
    -- Without a request to cancel, what was unpaid before its end is a payment failure.
    case when ranked_stops.is_unpaid = 1 and ranked_stops.is_asked_for = 0 then 'payment_failure' else 'voluntary' end
        as churn_kind,
    ranked_stops.cancel_reason
from customer_status
cross join run_settings
inner join last_spells on customer_status.customer_id = last_spells.customer_id
left join ranked_stops on customer_status.customer_id = ranked_stops.customer_id and ranked_stops.recency = 1
where customer_status.customer_status = 'churned'
