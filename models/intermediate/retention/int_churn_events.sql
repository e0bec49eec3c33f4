-- Grain: one row per customer and month in which it churned: on which day, why, and whether it came back.
{%- set left_date = 'coalesce(spells.ended_date, movements.activity_month)' %}
{%- set last_churn_month = 'lag(movements.activity_month)'
    ~ ' over (partition by movements.customer_id order by movements.activity_month asc)' %}
{%- set item_log = 'partition by subscription_id, item_id order by changed_at asc' %}
{%- set customer_day = 'partition by stops.customer_id, churns.activity_month, stops.stopped_date' %}
with

movements as (select * from {{ ref('int_customer_movements') }}),

spells as (select * from {{ ref('int_service_spells') }}),

changes as (select * from {{ ref('stg_subscription_changes') }}),

customers as (select * from {{ ref('stg_customers') }}),

numbered_entries as (
    select
        *,
        {{ status_carries_mrr('status') }} as is_running,
        -- Numbers the running entries: those that follow one without running carry its number.
        sum(case when {{ status_carries_mrr('status') }} then 1 else 0 end) over ({{ item_log }}) as run_number,
        status = 'unpaid' or lag(status) over ({{ item_log }}) in ('past_due', 'unpaid') as is_unpaid
    from {{ ref('int_subscription_log') }}
),

-- Each time an item stopped, with all that was written of it until it ran again.
stops as (
    select
        numbered_entries.customer_id,
        min(numbered_entries.changed_at) as stopped_at,
        cast(min(numbered_entries.changed_at) as date) as stopped_date,
        max(changes.cancel_reason) as cancel_reason,
        max(case when changes.cancel_requested_at is not null then 1 else 0 end) as is_asked_for,
        -- Null where the log does not end the item, though its account may be deleted.
        cast(min(case when changes.is_end then numbered_entries.changed_at end) as date) as ended_date,
        max(case when numbered_entries.is_unpaid then 1 else 0 end) as is_unpaid
    from numbered_entries
    left join changes
        on
            numbered_entries.subscription_id = changes.subscription_id
            and numbered_entries.item_id = changes.item_id
            and numbered_entries.changed_at = changes.changed_at
    where not numbered_entries.is_running and numbered_entries.run_number > 0
    group by
        numbered_entries.customer_id, numbered_entries.subscription_id, numbered_entries.item_id,
        numbered_entries.run_number
),

churns as (
    select
        movements.customer_id,
        movements.activity_month,
        movements.lapsed_amount,
        movements.lapsed_movement_type,
        spells.returned_date,
        {{ left_date }} as left_date,
        -- What stopped before an earlier departure, or before a free period that lapsed, tells nothing of this one.
        case
            when movements.lapsed_amount > 0 and movements.lapsed_movement_type = 'contraction' then {{ left_date }}
            else {{ add_months(last_churn_month, 1) }}
        end as stopped_since
    from movements
    left join spells
        on
            movements.customer_id = spells.customer_id
            and movements.activity_month = {{ month_start('spells.ended_date') }}
    where movements.movement_type = 'churn'
),

-- What stopped on the day on which the customer left, as one. Later spells that no month's end saw are left out.
ranked_stops as (
    select
        stops.customer_id,
        churns.activity_month,
        stops.cancel_reason,
        max(stops.is_asked_for) over ({{ customer_day }}) as is_asked_for,
        max(stops.is_unpaid) over ({{ customer_day }}) as is_unpaid,
        min(stops.ended_date) over ({{ customer_day }}) as ended_date,
        row_number() over (
            partition by stops.customer_id, churns.activity_month
            order by
                stops.stopped_date desc, stops.is_asked_for desc, stops.is_unpaid desc,
                case when stops.cancel_reason is null then 1 else 0 end asc, stops.stopped_at desc,
                stops.cancel_reason asc
        ) as recency
    from stops
    inner join churns
        on
            stops.customer_id = churns.customer_id
            and stops.stopped_date <= churns.left_date
            and coalesce(stops.stopped_date >= churns.stopped_since, true)
)

select
    churns.customer_id,
    churns.activity_month,
    churns.left_date,
    churns.returned_date,
    case
        -- Without a request to cancel, what was unpaid before its end is a payment failure.
        when ranked_stops.is_unpaid = 1 and ranked_stops.is_asked_for = 0 then 'payment_failure'
        -- Asked for, or ended by the log in that month; else the account's end, or the time without MRR, did it.
        when ranked_stops.is_asked_for = 1 or {{ month_start('ranked_stops.ended_date') }} <= churns.activity_month
            then 'voluntary'
        when {{ month_start('customers.deleted_at') }} = churns.activity_month then 'deleted'
        when churns.lapsed_amount > 0 and churns.lapsed_movement_type = 'pause' then 'lapsed_pause'
        when churns.lapsed_amount > 0 then 'lapsed_free_period'
        else 'voluntary'
    end as churn_kind,
    ranked_stops.cancel_reason
from churns
left join customers on churns.customer_id = customers.customer_id
left join ranked_stops
    on
        churns.customer_id = ranked_stops.customer_id
        and churns.activity_month = ranked_stops.activity_month
        and ranked_stops.recency = 1
