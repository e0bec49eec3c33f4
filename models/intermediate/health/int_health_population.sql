-- Grain: one row per customer and month (filter: with MRR at the month's end): the scored population.
with

customer_months as (select * from {{ ref('int_customer_months') }}),

months as (select * from {{ ref('int_months') }}),

customers as (select * from {{ ref('int_customers') }}),

tracking_starts as (select * from {{ ref('int_tracking_start_dates') }}),

-- Where no customer used the product, usage was not loaded.
loaded_usage as (

    select
        activity_month,
        sum(active_day_count) as active_day_count,
        sum(previous_active_day_count) as previous_active_day_count
    from {{ ref('int_usage_months') }}
    group by activity_month

),

tracked_months as (

    select
        customer_months.customer_id,
        customer_months.activity_month,
        cast(months.month_end_at as date) as month_end_date,
        customer_months.is_partial_month,
        customer_months.mrr_amount,
        {{ days_between('customers.started_date', 'cast(months.month_end_at as date)') }} as age_days,
        {{ days_between(
            'greatest(customers.started_date, tracking_starts.usage_date)', 'cast(months.month_end_at as date)'
        ) }} as usage_days,
        coalesce(loaded_usage.active_day_count, 0) > 0 as has_usage,
        coalesce(loaded_usage.previous_active_day_count, 0) > 0 as had_usage,
        coalesce(tracking_starts.user_date < months.month_end_at, false) as has_users,
        coalesce(tracking_starts.feature_date < months.month_end_at, false) as has_features,
        coalesce(tracking_starts.personalisation_date < months.month_end_at, false) as has_personalisation,
        coalesce(tracking_starts.onboarding_date < months.month_end_at, false)
        and {{ is_tracked_since('tracking_starts.usage_date', 'customers.started_date') }} as has_onboarding,
        tracking_starts.onboarding_step_count
    from customer_months
    cross join tracking_starts
    inner join months on customer_months.activity_month = months.activity_month
    inner join customers on customer_months.customer_id = customers.customer_id
    left join loaded_usage on customer_months.activity_month = loaded_usage.activity_month
    where customer_months.is_active

)

select
    customer_id,
    activity_month,
    month_end_date,
    is_partial_month,
    mrr_amount,
    age_days,
    has_usage and usage_days >= {{ var('onboarding_days') }} as is_usage_known,
    has_usage and had_usage and usage_days >= {{ var('usage_window_days') + var('onboarding_days') }} as is_trend_known,
    -- The days of each window in which the customer existed and usage was tracked.
    cast(least(usage_days, {{ var('usage_window_days') }}) as {{ type_double() }}) as latest_days,
    cast(least(usage_days - {{ var('usage_window_days') }}, {{ var('usage_window_days') }}) as {{ type_double() }})
        as previous_days,
    -- In the onboarding period a customer is measured against the steps that are due by then.
    least(cast(age_days as {{ type_double() }}) / {{ var('onboarding_days') }}, 1) as onboarding_share,
    onboarding_step_count,
    has_users,
    has_features,
    has_personalisation,
    has_onboarding
from tracked_months
