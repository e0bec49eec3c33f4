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

known_months as (select * from {{ ref('int_mrr_months') }})

select
    known_months.activity_month,
    known_months.active_customer_count,
    health_monthly.customer_count,
    known_months.closing_mrr_amount,
    health_monthly.mrr_amount
from known_months
left join health_monthly on known_months.activity_month = health_monthly.activity_month
where
    known_months.active_customer_count <> coalesce(health_monthly.customer_count, 0)
    or abs(known_months.closing_mrr_amount - coalesce(health_monthly.mrr_amount, 0)) > 0.0001
