-- Grain: one row per customer and month at whose end it pays: since when it can be judged, and by what.
with

customer_months as (select * from {{ ref('int_customer_months') }}),

months as (select * from {{ ref('int_months') }}),

starts as (select * from {{ ref('int_customers') }}),

recorded_inputs as (select * from {{ ref('int_tracking_start_dates') }}),

-- Where nobody used the product, usage did not arrive.
usage_arrivals as (

    select
        activity_month,
        sum(active_day_count) as active_day_count,
        sum(previous_active_day_count) as previous_active_day_count
    from {{ ref('int_usage_months') }}
    group by activity_month

),

recorded_months as (

    select
        customer_months.customer_id,
        customer_months.activity_month,
        cast(months.month_end_at as date) as month_end_date,
        customer_months.is_partial_month,
        customer_months.mrr_amount,
        {{ days_between('starts.started_date', 'cast(months.month_end_at as date)') }} as age_days,
        {{ days_between(
            'greatest(starts.started_date, recorded_inputs.usage_date)', 'cast(months.month_end_at as date)'
        ) }} as usage_days,
        coalesce(usage_arrivals.active_day_count, 0) > 0 as has_usage,
        coalesce(usage_arrivals.previous_active_day_count, 0) > 0 as had_usage,
        coalesce(recorded_inputs.user_date < months.month_end_at, false) as has_users,
        coalesce(recorded_inputs.feature_date < months.month_end_at, false) as has_features,
        coalesce(recorded_inputs.personalisation_date < months.month_end_at, false) as has_personalisation,
        coalesce(
            recorded_inputs.onboarding_date < months.month_end_at and recorded_inputs.usage_date <= starts.started_date,
            false
        ) as has_onboarding,
        recorded_inputs.onboarding_step_count,
        coalesce(recorded_inputs.ticket_date < months.month_end_at, false) as has_tickets,
        coalesce(recorded_inputs.payment_date < months.month_end_at, false) as has_payments,
        coalesce(recorded_inputs.cancellation_date < months.month_end_at, false) as has_cancellations,
        coalesce(recorded_inputs.auto_renew_date < months.month_end_at, false) as has_auto_renew
    from customer_months
    cross join recorded_inputs
    inner join months on customer_months.activity_month = months.activity_month
    inner join starts on customer_months.customer_id = starts.customer_id
    left join usage_arrivals on customer_months.activity_month = usage_arrivals.activity_month
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
    -- The days of each window that the customer, and the record of usage, were there for.
    cast(least(usage_days, {{ var('usage_window_days') }}) as {{ type_double() }}) as latest_days,
    cast(least(usage_days - {{ var('usage_window_days') }}, {{ var('usage_window_days') }}) as {{ type_double() }})
        as previous_days,
    -- In its first days a customer is held against the steps that are due by then.
    least(cast(age_days as {{ type_double() }}) / {{ var('onboarding_days') }}, 1) as onboarding_share,
    onboarding_step_count,
    has_users,
    has_features,
    has_personalisation,
    has_onboarding,
    has_tickets,
    has_payments,
    has_cancellations,
    has_auto_renew
from recorded_months
