-- Grain: one row per customer, month and signal (filter: scored population, where the signal's value is known).
with

population as (select * from {{ ref('int_health_population') }}),

adoption_months as (select * from {{ ref('int_feature_adoption_months') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

onboarding_steps as (select * from {{ ref('int_onboarding_steps') }}),

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

-- Where usage is known, no row of adoption means that no feature was used.
adoption_counts as (

    select
        population.customer_id,
        population.activity_month,
        population.has_users,
        population.has_features,
        population.has_personalisation,
        seat_months.seat_count,
        coalesce(adoption_months.active_user_count, 0) as active_user_count,
        coalesce(adoption_months.feature_count, 0) as feature_count,
        coalesce(adoption_months.personalisation_count, 0) as personalisation_count,
        adoption_months.earlier_event_count,
        adoption_months.gone_event_count
    from population
    left join adoption_months
        on
            population.customer_id = adoption_months.customer_id
            and population.activity_month = adoption_months.activity_month
    left join seat_months
        on population.customer_id = seat_months.customer_id and population.activity_month = seat_months.activity_month
    where population.is_usage_known

)

select
    customer_id,
    activity_month,
    'seat_activation' as signal_name,
    active_user_count / cast(seat_count as {{ type_double() }}) as raw_value
from adoption_counts
where has_users and seat_count is not null

union all

select
    customer_id,
    activity_month,
    'feature_breadth' as signal_name,
    feature_count as raw_value
from adoption_counts
where has_features

union all

select
    customer_id,
    activity_month,
    'personalisation' as signal_name,
    personalisation_count as raw_value
from adoption_counts
where has_personalisation

union all

-- Of what was done in the month before, the largest share of one person who has not come back; few events make none.
select
    customer_id,
    activity_month,
    'contact_gone' as signal_name,
    gone_event_count / cast(earlier_event_count + {{ var('usage_trend_prior') }} as {{ type_double() }}) as raw_value
from adoption_counts
where earlier_event_count > 0

union all

-- The share of the steps due by the month's end that were done, and known to be, by then.
select
    population.customer_id,
    population.activity_month,
    'onboarding' as signal_name,
    least(
        count(onboarding_steps.feature) / (population.onboarding_step_count * population.onboarding_share), 1
    ) as raw_value
from population
left join onboarding_steps
    on
        population.customer_id = onboarding_steps.customer_id
        and population.month_end_date > onboarding_steps.done_date
        and population.month_end_date > onboarding_steps.known_date
where population.has_onboarding and population.onboarding_share > 0
group by
    population.customer_id,
    population.activity_month,
    population.onboarding_step_count,
    population.onboarding_share
