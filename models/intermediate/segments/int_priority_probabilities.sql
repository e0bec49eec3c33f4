-- Grain: one row per customer and month (filter: with MRR at its end): the probability that orders the list.
{{ config(materialized='view') }}
with

health_months as (select * from {{ ref('int_health_months') }}),

model_scores as (select * from {{ ref('int_model_score_months') }})

select
    health_months.customer_id,
    health_months.activity_month,
    coalesce(model_scores.model_name, 'customer_value') as probability_model,
    coalesce(model_scores.churn_probability, health_months.churn_probability) as churn_probability
from health_months
left join model_scores
    on
        health_months.customer_id = model_scores.customer_id
        and health_months.activity_month = model_scores.activity_month
        and model_scores.model_name = {{ word_var('probability_model') }}
