-- Grain: one row per day, customer, user, feature and day from which an event was known.
{{ config(materialized='view') }}
with

usage_days as (

    select * from {{ ref('int_usage_days') }}

),

customers as (

    select * from {{ ref('stg_customers') }}

),

backfills as (

    select * from {{ ref('int_backfills') }}

)

select
    customers.surviving_customer_id as customer_id,
    usage_days.activity_date,
    usage_days.user_id,
    usage_days.feature,
    usage_days.event_count,
    {{ known_date('usage_days.first_loaded_date', 'usage_days.activity_date') }} as known_date
from usage_days
inner join customers on usage_days.customer_id = customers.customer_id
left join backfills
    on usage_days.first_loaded_date = backfills.loaded_date and backfills.input_name = 'usage_events'
where usage_days.event_count > 0
