-- Grain: one row per customer, month, movement type and cause.
{{ config(materialized='view') }}
with

movements as (select * from {{ ref('int_mrr_movements') }})

select
    customer_id,
    activity_month,
    movement_type,
    movement_cause,
    cast(movement_amount as {{ type_amount() }}) as movement_amount
from movements
