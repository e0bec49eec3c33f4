-- Grain: one row per period, ranking, customer and month whose outcome is known: its risk.
{{ config(materialized='view') }}
with

cases as (select * from {{ ref('int_health_backtest_cases') }})

select
    period_name,
    'score' as ranking,
    customer_id,
    activity_month,
    -health_score as risk,
    has_churned
from cases

union all

select
    period_name,
    'probability' as ranking,
    customer_id,
    activity_month,
    churn_probability as risk,
    has_churned
from cases
where churn_probability is not null
