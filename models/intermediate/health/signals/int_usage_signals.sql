-- Grain: one row per customer and month (filter: scored population, where usage is known): the signals of its usage.
with

population as (select * from {{ ref('int_health_population') }}),

usage_months as (select * from {{ ref('int_usage_months') }}),

-- Where usage is known, no row of usage means that nothing was used.
usage_counts as (

    select
        population.customer_id,
        population.activity_month,
        population.is_trend_known,
        population.latest_days,
        population.previous_days,
        {{ days_between('usage_months.last_active_date', 'population.month_end_date') }} - 1 as idle_days,
        coalesce(usage_months.active_day_count, 0) as active_day_count,
        coalesce(usage_months.event_count, 0) as event_count,
        coalesce(usage_months.previous_event_count, 0) as previous_event_count
    from population
    left join usage_months
        on population.customer_id = usage_months.customer_id and population.activity_month = usage_months.activity_month
    where population.is_usage_known

)

select
    customer_id,
    activity_month,
    -- Counts are scaled to full windows where the customer, or the tracking of usage, is younger than they are.
    active_day_count * {{ var('usage_window_days') }} / latest_days as usage_frequency,
    event_count * {{ var('usage_window_days') }} / latest_days as usage_volume,
    case
        when is_trend_known and event_count + previous_event_count > 0
            then
                (event_count + {{ var('usage_trend_prior') }})
                / (
                    previous_event_count * {{ var('usage_window_days') }} / previous_days
                    + {{ var('usage_trend_prior') }}
                )
    end as usage_trend,
    -- No use in either window: idle for all the days that were looked at.
    coalesce(idle_days, latest_days + greatest(previous_days, 0)) as usage_recency
from usage_counts
