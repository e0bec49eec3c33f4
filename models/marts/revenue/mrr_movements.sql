-- Grain: one row per customer, month, movement type and cause.
-- Closed months are as they were published; what has changed since is an adjustment of the first open month.
-- depends_on: {{ ref('closed_months') }}, {{ ref('customer_months') }}
{{ config(materialized='view') }}
{%- set earlier_movements = earlier_rows('closed_mrr_movements') %}
with

movements as (select * from {{ ref('int_mrr_movements') }}){% if earlier_movements %},

customer_months as (select * from {{ ref('customer_months') }}),

closed_months as (select * from {{ ref('closed_months') }}),

kept_movements as (select * from {{ kept_rows(earlier_movements) }} as kept_rows),

reported_movements as (

    select
        movements.customer_id,
        movements.activity_month,
        movements.movement_type,
        movements.movement_cause,
        movements.movement_amount
    from movements
    left join closed_months on movements.activity_month = closed_months.activity_month
    where not coalesce(closed_months.is_kept, false)

    union all

    select
        customer_months.customer_id,
        customer_months.activity_month,
        'adjustment' as movement_type,
        'correction' as movement_cause,
        customer_months.adjustment_mrr_amount as movement_amount
    from customer_months
    left join closed_months on customer_months.activity_month = closed_months.activity_month
    where customer_months.adjustment_mrr_amount <> 0 and not coalesce(closed_months.is_kept, false)

    union all

    select
        customer_id,
        activity_month,
        movement_type,
        movement_cause,
        movement_amount
    from kept_movements

){% endif %}

select
    customer_id,
    activity_month,
    movement_type,
    movement_cause,
    cast(movement_amount as {{ type_amount() }}) as movement_amount
from {{ 'reported_movements' if earlier_movements else 'movements' }}
