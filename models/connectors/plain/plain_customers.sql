-- Grain: one row per row of the plain table customers.
{{ config(materialized='view', enabled='plain_customers' in var('connectors') | string) }}
with

customers as (select * from {{ source('plain', 'customers') }})

select
    customer_id,
    customer_name,
    email,
    country,
    industry,
    employee_count,
    acquisition_channel,
    created_at,
    unreadable_value,
    loaded_at
from customers
