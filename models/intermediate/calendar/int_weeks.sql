-- Grain: one row per week, from that of the first subscription to that of the as-of day.
with

changes as (select * from {{ ref('stg_subscription_changes') }}),

run_settings as (select * from {{ ref('run_settings') }}),

bounds as (

    select
        {{ week_start('least(min(changes.changed_at), max(run_settings.as_of_date))') }} as first_week,
        max(run_settings.as_of_end_at) as as_of_end_at
    from run_settings
    left join changes on run_settings.as_of_end_at > changes.changed_at

),

-- 190 years.
numbers as (

    {{ numbers(10000) }}

),

weeks as (

    select
        cast({{ dbt.dateadd('day', '7 * (numbers.n - 1)', 'bounds.first_week') }} as date) as activity_week,
        cast({{ dbt.dateadd('day', '7 * numbers.n', 'bounds.first_week') }} as timestamp) as next_week_at,
        bounds.as_of_end_at
    from bounds
    cross join numbers

)

select
    activity_week,
    -- Excluded: the instant at which the week's levels are read. The as-of day ends the running week.
    least(next_week_at, as_of_end_at) as week_end_at,
    next_week_at > as_of_end_at as is_partial_week,
    -- Levels are at the exchange rates of the month in which the week ends.
    {{ month_start('cast(' ~ dbt.dateadd('day', -1, 'least(next_week_at, as_of_end_at)') ~ ' as date)') }}
        as activity_month
from weeks
where activity_week < as_of_end_at
