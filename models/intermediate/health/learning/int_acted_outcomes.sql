-- Grain: one row per customer and month (filter: acted on in the month after it).
{{ config(materialized='view') }}
with

population as (select * from {{ ref('int_health_population') }}),

actions as (select * from {{ ref('stg_actions') }})

select distinct
    population.customer_id,
    population.activity_month
from population
inner join actions
    on
        population.customer_id = actions.customer_id
        and population.month_end_date <= actions.done_on
        and {{ add_months('population.month_end_date', 1) }} > actions.done_on
