-- Grain: one row per customer and month (filter: scored population): the signals of what is used, null if not known.
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

-- The steps due by the month's end that were done, and known to be, by then.
steps_done as (

    select
        population.customer_id,
        population.activity_month,
        count(onboarding_steps.feature) as step_count
    from population
    inner join onboarding_steps
        on
            population.customer_id = onboarding_steps.customer_id
            and population.month_end_date > onboarding_steps.done_date
            and population.month_end_date > onboarding_steps.known_date
    group by population.customer_id, population.activity_month

)

-- Where usage is known, no row of adoption means that no feature was used.
select
    population.customer_id,
    population.activity_month,
    case
        when population.is_usage_known and population.has_users
            then coalesce(adoption_months.active_user_count, 0) / cast(seat_months.seat_count as {{ type_double() }})
    end as seat_activation,
    case
        when population.is_usage_known and population.has_features then coalesce(adoption_months.feature_count, 0)
    end as feature_breadth,
    case
        when population.is_usage_known and population.has_personalisation
            then coalesce(adoption_months.personalisation_count, 0)
    end as personalisation,
    -- Of what was done in the month before, the largest share of one person who has not come back; few make none.
    case
        when population.is_usage_known and adoption_months.earlier_event_count > 0
            then
                adoption_months.gone_event_count
                / cast(adoption_months.earlier_event_count + {{ var('usage_trend_prior') }} as {{ type_double() }})
    end as contact_gone,
    case
        when population.has_onboarding and population.onboarding_share > 0
            then
                least(
                    coalesce(steps_done.step_count, 0)
                    / (population.onboarding_step_count * population.onboarding_share), 1
                )
    end as onboarding
from population
left join adoption_months
    on
        population.customer_id = adoption_months.customer_id
        and population.activity_month = adoption_months.activity_month
left join seat_months
    on population.customer_id = seat_months.customer_id and population.activity_month = seat_months.activity_month
left join steps_done
    on population.customer_id = steps_done.customer_id and population.activity_month = steps_done.activity_month
