-- Grain: one row per period, customer and month (filter: outcome observed); period all holds every month.
with

outcomes as (select * from {{ ref('int_health_outcomes') }}),

health_months as (select * from {{ ref('int_health_months') }}),

deciles as (

    select
        outcomes.customer_id,
        outcomes.activity_month,
        health_months.health_status,
        outcomes.health_score,
        outcomes.has_churned,
        health_months.churn_probability,
        {{ half_year('outcomes.activity_month') }} as half_year,
        ntile(10) over (
            partition by outcomes.activity_month order by outcomes.health_score asc, outcomes.customer_id asc
        ) as score_decile
    from outcomes
    inner join health_months
        on
            outcomes.customer_id = health_months.customer_id
            and outcomes.activity_month = health_months.activity_month
    where outcomes.is_observed

),

periods as (

    {{ numbers(2) }}

)

select
    case when periods.n = 1 then 'all' else deciles.half_year end as period_name,
    deciles.customer_id,
    deciles.activity_month,
    deciles.health_status,
    deciles.health_score,
    deciles.score_decile,
    deciles.churn_probability,
    deciles.has_churned
from deciles
cross join periods
