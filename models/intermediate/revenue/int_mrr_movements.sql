-- Grain: one row per customer, month, movement type and cause.
{%- set lapsed_cause = "case lapsed_movement_type when 'pause' then 'lapsed_pause' else 'lapsed_free_period' end" %}
with

movements as (select * from {{ ref('int_customer_movements') }}),

causes as (select * from {{ ref('int_movement_causes') }})

select
    customer_id,
    activity_month,
    movement_type,
    cast(null as {{ dbt.type_string() }}) as movement_cause,
    movement_amount
from movements
where movement_type in ('new', 'pause', 'resume', 'reactivation', 'churn') and movement_amount <> 0

union all

select
    causes.customer_id,
    causes.activity_month,
    movements.movement_type,
    causes.movement_cause,
    causes.movement_amount
from causes
inner join movements
    on causes.customer_id = movements.customer_id and causes.activity_month = movements.activity_month

union all

select
    customer_id,
    activity_month,
    'transfer' as movement_type,
    cast(null as {{ dbt.type_string() }}) as movement_cause,
    transfer_amount as movement_amount
from movements
where transfer_amount <> 0

union all

select
    customer_id,
    activity_month,
    'fx' as movement_type,
    cast(null as {{ dbt.type_string() }}) as movement_cause,
    fx_amount as movement_amount
from movements
where fx_amount <> 0

union all

select
    customer_id,
    activity_month,
    'churn' as movement_type,
    {{ lapsed_cause }} as movement_cause,
    -lapsed_amount as movement_amount
from movements
where lapsed_amount > 0

union all

select
    customer_id,
    activity_month,
    lapsed_movement_type as movement_type,
    {{ lapsed_cause }} as movement_cause,
    lapsed_amount as movement_amount
from movements
where lapsed_amount > 0
