-- Grain: one row per month, from the first subscription, or the last closed month if that is earlier, to the as-of day.
{%- set earlier_months = earlier_rows('closed_mrr_months') %}
with

changes as (select * from {{ ref('stg_subscription_changes') }}),

run_settings as (select * from {{ ref('run_settings') }}),

first_dates as (

    select cast(min(changed_at) as date) as first_date
    from changes
    {%- if earlier_months %}

    union all

    -- Whatever the log holds now: what was closed goes on in the month after it.
    select max(activity_month) as first_date
    from {{ earlier_months }} as kept
    where reopened_build_id is null
    {%- endif %}

),

first_day as (

    select min(first_date) as first_date
    from first_dates

),

calendar as (

    select {{ add_months('cast(' ~ earliest_at() ~ ' as date)', 'numbers.n - 1') }} as activity_month
    from ({{ numbers(2400) }}) as numbers

),

months as (

    select
        calendar.activity_month,
        run_settings.as_of_end_at,
        calendar.activity_month = {{ month_start('run_settings.as_of_date') }} as is_as_of_month,
        cast({{ add_months('calendar.activity_month', 1) }} as timestamp) as next_month_at
    from calendar
    cross join run_settings
    cross join first_day
    where
        -- Without subscriptions by then there is the as-of month alone.
        calendar.activity_month
        >= {{ month_start('least(first_day.first_date, run_settings.as_of_date)') }}
        and calendar.activity_month <= run_settings.as_of_date

)

select
    activity_month,
    -- Excluded: the instant at which the month's levels are read. The as-of day ends the running month.
    least(next_month_at, as_of_end_at) as month_end_at,
    next_month_at > as_of_end_at as is_partial_month,
    is_as_of_month
from months
