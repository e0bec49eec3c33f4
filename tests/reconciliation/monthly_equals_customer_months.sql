-- mrr_monthly opens and closes with the sum over the customers, and its movements reconcile the two.
with

monthly as (select * from {{ ref('mrr_monthly') }}),

totals as (

    select
        activity_month,
        sum(opening_mrr_amount) as opening_mrr_amount,
        sum(adjustment_mrr_amount) as adjustment_mrr_amount,
        sum(mrr_amount) as mrr_amount,
        sum(case when is_active then 1 else 0 end) as active_customer_count
    from {{ ref('customer_months') }}
    group by activity_month

)

select
    monthly.activity_month,
    monthly.closing_mrr_amount,
    totals.mrr_amount
from monthly
left join totals on monthly.activity_month = totals.activity_month
where
    monthly.opening_mrr_amount <> coalesce(totals.opening_mrr_amount, 0)
    or monthly.adjustment_mrr_amount <> coalesce(totals.adjustment_mrr_amount, 0)
    or monthly.closing_mrr_amount <> coalesce(totals.mrr_amount, 0)
    or monthly.active_customer_count <> coalesce(totals.active_customer_count, 0)
    or monthly.closing_mrr_amount
    <> monthly.opening_mrr_amount + monthly.new_mrr_amount + monthly.expansion_mrr_amount
    + monthly.contraction_mrr_amount + monthly.pause_mrr_amount + monthly.resume_mrr_amount
    + monthly.churn_mrr_amount + monthly.reactivation_mrr_amount + monthly.fx_mrr_amount
    + monthly.adjustment_mrr_amount
