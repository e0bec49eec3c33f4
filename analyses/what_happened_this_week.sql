-- The last twelve weeks: MRR that came, grew, shrank and left, and the customers that did.
select
    activity_week,
    is_partial_week,
    opening_mrr_amount,
    new_mrr_amount,
    expansion_mrr_amount,
    contraction_mrr_amount,
    churn_mrr_amount,
    closing_mrr_amount,
    new_customer_count,
    churn_customer_count,
    paying_customer_count
from {{ ref('activity_weekly') }}
order by activity_week desc
limit 12
