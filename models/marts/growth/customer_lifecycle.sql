-- Grain: one row per customer and month, from the month in which it became a lead or a customer.
{{ config(materialized='view') }}
with

lifecycle_months as (select * from {{ ref('int_lifecycle_months') }})

select
    customer_id,
    activity_month,
    is_partial_month,
    funnel_stage,
    previous_funnel_stage,
    acquisition_channel,
    lead_month,
    mrr_amount
from lifecycle_months
