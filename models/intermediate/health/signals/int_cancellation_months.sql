-- Grain: one row per customer and month (filter: scored population): signals cancellation_asked and auto_renew_off.
with

changes as (select * from {{ ref('int_subscription_changes_as_known') }}),

months as (select * from {{ ref('int_months') }}),

population as (select * from {{ ref('int_health_population') }}),

tracking_starts as (

    select
        min(case when cancel_requested_at is not null then known_date end) as cancellation_date,
        min(case when term_end_date is not null and auto_renew is not null then known_date end) as auto_renew_date
    from changes

),

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

),

warnings as (

    select
        customer_id,
        activity_month,
        max(is_asked) as is_asked,
        max(is_ending) as is_ending
    from announcements
    where is_asked + is_ending > 0
    group by customer_id, activity_month

)

-- No warning is zero once the company records the like, or another warning of the customer; before it is not known.
select
    population.customer_id,
    population.activity_month,
    coalesce(warnings.is_asked, case when tracking_starts.cancellation_date < population.month_end_date then 0 end)
        as cancellation_asked,
    coalesce(warnings.is_ending, case when tracking_starts.auto_renew_date < population.month_end_date then 0 end)
        as auto_renew_off
from population
cross join tracking_starts
left join warnings
    on population.customer_id = warnings.customer_id and population.activity_month = warnings.activity_month
