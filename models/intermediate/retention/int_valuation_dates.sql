-- Grain: one row per day as of which lifetimes are judged: the as-of day and the month ends before it.
with

months as (select * from {{ ref('int_months') }}),

run_settings as (select * from {{ ref('run_settings') }}),

recent_months as (

    select
        months.activity_month,
        cast({{ dbt.dateadd('day', -1, 'months.month_end_at') }} as date) as cutoff_date,
        months.is_partial_month,
        months.activity_month = {{ month_start('run_settings.as_of_date') }} as is_as_of,
        -- The last complete month is number 1.
        row_number() over (order by months.is_partial_month asc, months.activity_month desc) as month_number
    from months
    cross join run_settings

)

select
    cutoff_date,
    activity_month,
    is_partial_month,
    is_as_of,
    -- Predictions made then are held against the twelve months that followed.
    month_number = 13 and not is_partial_month as is_backtest
from recent_months
where is_as_of or month_number <= {{ [var('ltv_history_months'), 13] | max }}
