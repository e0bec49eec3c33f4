-- Where a week ends with a month, or with the as-of day, both have the same MRR and as many customers that pay it.
with

weeks as (select * from {{ ref('int_weeks') }}),

months as (select * from {{ ref('int_months') }}),

activity_weeks as (select * from {{ ref('activity_weekly') }}),

month_totals as (select * from {{ ref('int_mrr_months') }})

select
    weeks.activity_week,
    activity_weeks.closing_mrr_amount,
    month_totals.closing_mrr_amount as month_closing_mrr_amount,
    activity_weeks.paying_customer_count,
    month_totals.paying_customer_count as month_paying_customer_count
from weeks
inner join months on weeks.week_end_at = months.month_end_at
inner join month_totals on months.activity_month = month_totals.activity_month
left join activity_weeks on weeks.activity_week = activity_weeks.activity_week
where
    coalesce(activity_weeks.closing_mrr_amount, -1) <> month_totals.closing_mrr_amount
    or coalesce(activity_weeks.paying_customer_count, -1) <> month_totals.paying_customer_count
