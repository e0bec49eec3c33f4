-- Grain: one row per customer and month by whose end it had asked to cancel, or its term was to end soon for good.
with

changes as (select * from {{ ref('int_subscription_changes_as_known') }}),

months as (select * from {{ ref('int_months') }}),

announcements as (

    select
        changes.customer_id,
        months.activity_month,
        case when changes.cancel_requested_at < months.month_end_at then 1 else 0 end as is_asked,
        case
            when
                not changes.auto_renew
                and changes.changed_at < months.month_end_at
                and changes.term_end_date >= months.month_end_at
                and changes.term_end_date
                < {{ dbt.dateadd('day', var('health_horizon_days'), 'months.month_end_at') }}
                then 1
            else 0
        end as is_ending
    from changes
    -- In force at the month's end, or announced by then for later.
    inner join months
        on
            changes.known_date < months.month_end_at
            and coalesce(changes.next_changed_at >= months.month_end_at, true)
            and (changes.changed_at < months.month_end_at or changes.cancel_requested_at < months.month_end_at)
    where
        (changes.cancel_requested_at is not null or not changes.auto_renew)
        and (not changes.is_end or changes.changed_at >= months.month_end_at)

)

select
    customer_id,
    activity_month,
    max(is_asked) as cancellation_asked_count,
    max(is_ending) as auto_renew_off_count
from announcements
where is_asked + is_ending > 0
group by customer_id, activity_month
