-- Each month's departures, and the MRR that left with them, are the churn of mrr_monthly.
with

months as (select * from {{ ref('mrr_monthly') }}),

event_totals as (

    select
        activity_month,
        count(*) as churn_customer_count,
        sum(churned_mrr_amount) as churned_mrr_amount
    from {{ ref('churn_events') }}
    group by activity_month

)

select
    coalesce(months.activity_month, event_totals.activity_month) as activity_month,
    months.churn_customer_count,
    event_totals.churn_customer_count as event_count,
    months.churn_mrr_amount,
    event_totals.churned_mrr_amount
from months
full outer join event_totals on months.activity_month = event_totals.activity_month
where
    coalesce(months.churn_customer_count, -1) <> coalesce(event_totals.churn_customer_count, 0)
    or coalesce(months.churn_mrr_amount, -1) <> -coalesce(event_totals.churned_mrr_amount, 0)
