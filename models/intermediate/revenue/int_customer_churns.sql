-- Grain: one row per customer (filter: with a row in the last complete months, as many as churn_window_months).
with

movements as (select * from {{ ref('int_customer_movements') }}),

run_settings as (select * from {{ ref('run_settings') }})

select
    movements.customer_id,
    sum(case when movements.was_active then 1 else 0 end) as opening_count,
    sum(case when movements.movement_type = 'churn' then 1 else 0 end) as churn_count
from movements
cross join run_settings
where
    not movements.is_partial_month
    and {{ months_between('movements.activity_month', month_start('run_settings.as_of_end_at')) }}
    <= {{ var('churn_window_months') }}
group by movements.customer_id
