-- Grain: one row per customer and month, from the customer's first subscription to the as-of day.
-- Closed months are as they were published; the first open month opens with them and adjusts what has changed since.
-- depends_on: {{ ref('closed_months') }}, {{ ref('int_months') }}
{{ config(materialized='view') }}
{%- set earlier_customer_months = earlier_rows('closed_customer_months') %}
{%- set columns = [
    'customer_id', 'activity_month', 'opening_mrr_amount', 'mrr_amount', 'mrr_list_amount', 'usage_mrr_amount',
    'movement_type', 'is_active', 'is_paused', 'is_partial_month', 'cohort_month'
] %}
{#- Known now less kept, in the first open month. -#}
{%- set adjustment_mrr_amount =
    'case when coalesce(known_months.is_first_open_month, kept_customers.is_first_open_month)'
    ~ ' then coalesce(known_months.opening_mrr_amount, 0) - coalesce(kept_customers.mrr_amount, 0) else 0 end' %}
with

movements as (select * from {{ ref('int_customer_movements') }}){% if earlier_customer_months %},

months as (select * from {{ ref('int_months') }}),

closed_months as (select * from {{ ref('closed_months') }}),

kept_months as (select * from {{ kept_rows(earlier_customer_months) }} as kept_rows),

open_months as (

    select
        months.activity_month,
        months.is_partial_month,
        last_kept_months.activity_month is not null as is_first_open_month
    from months
    left join closed_months on months.activity_month = closed_months.activity_month
    left join closed_months as last_kept_months
        on
            months.activity_month = {{ add_months('last_kept_months.activity_month', 1) }}
            and last_kept_months.is_last_kept
    where not coalesce(closed_months.is_kept, false)

),

-- A customer that is not known any more stays, without MRR.
kept_customers as (

    select
        kept_months.customer_id,
        kept_months.mrr_amount,
        open_months.activity_month,
        open_months.is_partial_month,
        open_months.is_first_open_month
    from kept_months
    cross join open_months
    where kept_months.is_last_kept

),

known_months as (

    select
        {%- for column in columns %}
        movements.{{ column }},
        {%- endfor %}
        open_months.is_first_open_month
    from movements
    inner join open_months on movements.activity_month = open_months.activity_month

),

reported_months as (

    select
        coalesce(known_months.customer_id, kept_customers.customer_id) as customer_id,
        coalesce(known_months.activity_month, kept_customers.activity_month) as activity_month,
        coalesce(known_months.opening_mrr_amount, 0) - {{ adjustment_mrr_amount }} as opening_mrr_amount,
        coalesce(known_months.mrr_amount, 0) as mrr_amount,
        coalesce(known_months.mrr_list_amount, 0) as mrr_list_amount,
        known_months.usage_mrr_amount,
        coalesce(known_months.movement_type, case when {{ adjustment_mrr_amount }} <> 0 then 'adjustment' end)
            as movement_type,
        coalesce(known_months.is_active, false) as is_active,
        coalesce(known_months.is_paused, false) as is_paused,
        coalesce(known_months.is_partial_month, kept_customers.is_partial_month) as is_partial_month,
        known_months.cohort_month,
        {{ adjustment_mrr_amount }} as adjustment_mrr_amount
    from known_months
    full outer join kept_customers
        on
            known_months.customer_id = kept_customers.customer_id
            and known_months.activity_month = kept_customers.activity_month

    union all

    select
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        adjustment_mrr_amount
    from kept_months

){% endif %}

select
    customer_id,
    activity_month,
    cast(opening_mrr_amount as {{ type_amount() }}) as opening_mrr_amount,
    cast({{ 'adjustment_mrr_amount' if earlier_customer_months else '0' }} as {{ type_amount() }})
        as adjustment_mrr_amount,
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
from {{ 'reported_months' if earlier_customer_months else 'movements' }}
