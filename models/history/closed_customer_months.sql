-- Grain: one row per customer, closed month and build that closed it.
-- Append-only, no full refresh rebuilds it: what was published cannot be computed again.
{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns'
) }}
with

customer_months as (select * from {{ ref('customer_months') }}),

closed_months as (select * from {{ ref('closed_months') }})

select
    customer_months.customer_id,
    customer_months.activity_month,
    customer_months.opening_mrr_amount,
    customer_months.adjustment_mrr_amount,
    customer_months.mrr_amount,
    customer_months.mrr_list_amount,
    customer_months.usage_mrr_amount,
    customer_months.movement_type,
    customer_months.is_active,
    customer_months.is_paused,
    customer_months.is_partial_month,
    customer_months.cohort_month,
    closed_months.build_id
from customer_months
inner join closed_months on customer_months.activity_month = closed_months.activity_month
where not closed_months.is_kept
