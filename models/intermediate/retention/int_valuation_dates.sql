-- Grain: one row per valuation date: the as-of day and the month ends before it.
with

months as (select * from {{ ref('int_months') }}),

numbered_months as (

    select
        activity_month,
        cast({{ dbt.dateadd('day', -1, 'month_end_at') }} as date) as valuation_date,
        is_partial_month,
        is_as_of_month,
        -- The last complete month is number 1.
        row_number() over (order by is_partial_month asc, activity_month desc) as month_number
    from months

)

select
    valuation_date,
    activity_month,
    is_partial_month,
    is_as_of_month as is_as_of,
    -- Predictions made then are compared with the twelve months that followed.
    month_number = 13 and not is_partial_month as is_backtest,
    -- And how far such predictions are off is learned from the years before.
    is_as_of_month or (month_number in (13, 25, 37) and not is_partial_month) as is_year_ahead,
    is_as_of_month or month_number <= {{ [var('ltv_history_months'), 13] | max }} as is_in_history,
    -- Each quarter's forecast of MRR is compared with what came, three years back.
    is_as_of_month
    or (mod(month_number, 3) = 1 and month_number between 4 and 37 and not is_partial_month) as is_forecast_origin
from numbered_months
where
    is_as_of_month
    or month_number <= {{ [var('ltv_history_months'), 13] | max }}
    or month_number in (25, 28, 31, 34, 37)
