-- Churn of the last twelve complete months by kind: how much by choice, how much because a payment failed.
select
    activity_month,
    split_value as churn_kind,
    churn_customer_count,
    churned_mrr_amount,
    logo_churn_rate,
    mrr_churn_rate
from {{ ref('churn_monthly') }}
where churn_split = 'kind' and not is_partial_month
order by activity_month desc, churned_mrr_amount desc, split_value asc
