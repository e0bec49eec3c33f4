-- Grain: one row per month and health status (filter: customers with MRR at the month's end).
with

health_months as (select * from {{ ref('customer_health_months') }})

select
    activity_month,
    is_partial_month,
    coalesce(health_status, 'unknown') as health_status,
    count(*) as customer_count,
    {{ rate('count(*)', 'sum(count(*)) over (partition by activity_month)') }} as customer_rate,
    cast(sum(mrr_amount) as {{ type_amount() }}) as mrr_amount,
    {{ rate('sum(mrr_amount)', 'sum(sum(mrr_amount)) over (partition by activity_month)') }} as mrr_rate
from health_months
group by activity_month, is_partial_month, coalesce(health_status, 'unknown')
