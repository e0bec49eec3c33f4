-- Grain: one row per customer, month and usage signal (filter: scored population, and the signal's value is known).
with

population as (select * from {{ ref('int_health_population') }}),

usage_months as (select * from {{ ref('int_usage_months') }}),

adoption_months as (select * from {{ ref('int_feature_adoption_months') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

-- Seats paid for: the quantity of core items that carry MRR.
seat_months as (

    select
        customer_id,
        activity_month,
        sum(quantity) as seat_count
    from item_months
    where product_type = 'core' and mrr_amount > 0
    group by customer_id, activity_month
    having sum(quantity) > 0

),

-- Where usage is known, no row of usage means that nothing was used.
usage_counts as (

    select
        population.customer_id,
        population.activity_month,
        population.has_users,
        population.has_features,
        population.has_personalisation,
        population.is_trend_known,
        population.latest_days,
        population.previous_days,
        seat_months.seat_count,
        coalesce(usage_months.active_day_count, 0) as active_day_count,
        coalesce(usage_months.event_count, 0) as event_count,
        coalesce(usage_months.previous_event_count, 0) as previous_event_count,
        coalesce(adoption_months.active_user_count, 0) as active_user_count,
        coalesce(adoption_months.feature_count, 0) as feature_count,
        coalesce(adoption_months.personalisation_count, 0) as personalisation_count
    from population
    left join usage_months
        on population.customer_id = usage_months.customer_id and population.activity_month = usage_months.activity_month
    left join adoption_months
        on
            population.customer_id = adoption_months.customer_id
            and population.activity_month = adoption_months.activity_month
    left join seat_months
        on population.customer_id = seat_months.customer_id and population.activity_month = seat_months.activity_month
    where population.is_usage_known

)

-- Counts are scaled to full windows where the customer, or the tracking of usage, is younger than they are.
select
    customer_id,
    activity_month,
    'usage_frequency' as signal_name,
    active_day_count * {{ var('usage_window_days') }} / latest_days as raw_value
from usage_counts

union all

select
    customer_id,
    activity_month,
    'usage_volume' as signal_name,
    event_count * {{ var('usage_window_days') }} / latest_days as raw_value
from usage_counts

union all

select
    customer_id,
    activity_month,
    'usage_trend' as signal_name,
    (event_count + {{ var('usage_trend_prior') }})
    / (previous_event_count * {{ var('usage_window_days') }} / previous_days + {{ var('usage_trend_prior') }})
        as raw_value
from usage_counts
where is_trend_known and event_count + previous_event_count > 0

union all

select
    customer_id,
    activity_month,
    'seat_activation' as signal_name,
    active_user_count / cast(seat_count as {{ type_double() }}) as raw_value
from usage_counts
where has_users and seat_count is not null

union all

select
    customer_id,
    activity_month,
    'feature_breadth' as signal_name,
    feature_count as raw_value
from usage_counts
where has_features

union all

select
    customer_id,
    activity_month,
    'personalisation' as signal_name,
    personalisation_count as raw_value
from usage_counts
where has_personalisation
