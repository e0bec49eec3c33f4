-- Every paying customer has a health status, known or not: together they sum to the company's MRR.
with

health_monthly as (

    select
        activity_month,
        sum(customer_count) as customer_count,
        sum(mrr_amount) as mrr_amount
    from {{ ref('health_monthly') }}
    group by activity_month

),

mrr_monthly as (select * from {{ ref('int_mrr_months') }})

select
    mrr_monthly.activity_month,
    mrr_monthly.active_customer_count,
    health_monthly.customer_count,
    mrr_monthly.closing_mrr_amount,
    health_monthly.mrr_amount
from mrr_monthly
left join health_monthly on mrr_monthly.activity_month = health_monthly.activity_month
where
    mrr_monthly.active_customer_count <> coalesce(health_monthly.customer_count, 0)
    or abs(mrr_monthly.closing_mrr_amount - coalesce(health_monthly.mrr_amount, 0)) > 0.0001
