-- Grain: one row per customer, closed month, movement type, cause and build that closed the month.
-- Append-only, no full refresh rebuilds it: what was published cannot be computed again.
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns'
) }}
with

movements as (select * from {{ ref('mrr_movements') }}),

closed_months as (select * from {{ ref('closed_months') }})

select
    movements.customer_id,
    movements.activity_month,
    movements.movement_type,
    movements.movement_cause,
    movements.movement_amount,
    closed_months.build_id
from movements
inner join closed_months on movements.activity_month = closed_months.activity_month
where not closed_months.is_kept
