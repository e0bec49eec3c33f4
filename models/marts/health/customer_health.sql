-- Grain: one row per customer (filter: with MRR on the as-of day).
with

health_months as (select * from {{ ref('int_health_months') }}),

months as (select * from {{ ref('int_months') }})

select
    health_months.customer_id,
    health_months.scored_date as as_of_date,
    health_months.health_score,
    health_months.score_method,
    cast(health_months.amber_score as {{ type_rate() }}) as amber_score,
    cast(health_months.green_score as {{ type_rate() }}) as green_score,
    health_months.health_status,
    health_months.previous_health_status,
    health_months.status_since_date,
    health_months.signal_coverage_rate,
    health_months.churn_probability as churn_probability_90d,
    health_months.weakest_signal,
    health_months.reason_text,
    health_months.advice,
    health_months.is_overridden,
    cast(health_months.mrr_amount as {{ type_amount() }}) as mrr_amount
from health_months
inner join months on health_months.activity_month = months.activity_month
where months.is_as_of_month
