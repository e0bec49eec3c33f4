-- Grain: one row per customer and month end (filter: complete months, scored after the onboarding period).
{{ config(materialized='view') }}
with

outcomes as (select * from {{ ref('int_health_outcomes') }}),

population as (select * from {{ ref('int_health_population') }}),

health_months as (select * from {{ ref('int_health_months') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

signals as (select * from {{ ref('int_health_signals') }}),

acted_outcomes as (select * from {{ ref('int_acted_outcomes') }})

select
    outcomes.customer_id,
    outcomes.activity_month,
    outcomes.scored_date,
    cast(population.mrr_amount as {{ type_amount() }}) as mrr_amount,
    population.age_days,
    {{ days_between('outcomes.scored_date', 'renewal_dates.billing_renewal_date') }} as renewal_days,
    outcomes.is_bound,
    health_months.health_score,
    health_months.health_status,
    health_months.churn_probability as churn_probability_90d,
    {%- for signal in health_signals() %}
    signals.{{ signal }}_value,
    cast(signals.{{ signal }}_score as {{ type_rate() }}) as {{ signal }}_score,
    {%- endfor %}
    outcomes.horizon_date,
    acted_outcomes.customer_id is not null as was_acted_on,
    case when outcomes.is_observed then outcomes.has_churned end as has_churned
from outcomes
inner join population
    on outcomes.customer_id = population.customer_id and outcomes.activity_month = population.activity_month
inner join health_months
    on outcomes.customer_id = health_months.customer_id and outcomes.activity_month = health_months.activity_month
left join signals
    on outcomes.customer_id = signals.customer_id and outcomes.activity_month = signals.activity_month
left join renewal_dates
    on outcomes.customer_id = renewal_dates.customer_id and outcomes.activity_month = renewal_dates.activity_month
left join acted_outcomes
    on outcomes.customer_id = acted_outcomes.customer_id and outcomes.activity_month = acted_outcomes.activity_month
where not population.is_partial_month
