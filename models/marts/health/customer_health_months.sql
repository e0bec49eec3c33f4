-- Grain: one row per customer and month (filter: with MRR at the month's end).
{{ config(materialized='view') }}
with

health_months as (select * from {{ ref('int_health_months') }})

select
    customer_id,
    activity_month,
    is_partial_month,
    scored_date,
    health_score,
    score_method,
    health_status,
    previous_health_status,
    status_since_date,
    signal_coverage_rate,
    churn_probability as churn_probability_90d,
    weakest_signal,
    reason_text,
    advice,
    is_overridden,
    cast(mrr_amount as {{ type_amount() }}) as mrr_amount
from health_months
