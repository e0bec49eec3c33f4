-- Grain: one row per customer and month (filter: scored population, usage tracked from its start): signal onboarding.
with

population as (select * from {{ ref('int_health_population') }}),

steps as (select * from {{ ref('int_onboarding_steps') }})

select
    population.customer_id,
    population.activity_month,
    'onboarding' as signal_name,
    least(count(steps.feature) / (population.onboarding_step_count * population.onboarding_share), 1) as raw_value
from population
left join steps
    on
        population.customer_id = steps.customer_id
        and population.month_end_date > steps.done_date
        and population.month_end_date > steps.known_date
where population.has_onboarding and population.onboarding_share > 0
group by
    population.customer_id,
    population.activity_month,
    population.onboarding_step_count,
    population.onboarding_share
