-- Grain: one row per customer and month, from the customer's first subscription to the as-of day.
{{ config(materialized='view') }}
with

movements as (select * from {{ ref('int_customer_movements') }})

select
    customer_id,
    activity_month,
    cast(opening_mrr_amount as {{ type_amount() }}) as opening_mrr_amount,
    cast(mrr_amount as {{ type_amount() }}) as mrr_amount,
    cast(mrr_list_amount as {{ type_amount() }}) as mrr_list_amount,
    cast(mrr_list_amount - mrr_amount as {{ type_amount() }}) as mrr_discount_amount,
    cast(usage_mrr_amount as {{ type_amount() }}) as usage_mrr_amount,
    movement_type,
    is_active,
    is_paused,
    is_partial_month,
    {{ months_between('cohort_month', 'activity_month') }} as months_since_first_paid,
    cohort_month
from movements
