-- Churned customers by the expected value of a win-back: return rate x lost MRR.
select
    customers.customer_name,
    candidates.left_date,
    candidates.churn_kind,
    candidates.cancel_reason,
    candidates.last_health_status,
    candidates.lost_mrr_amount,
    candidates.last_ltv_amount,
    candidates.return_rate,
    candidates.return_rate * candidates.lost_mrr_amount as expected_mrr_amount,
    candidates.return_path
from {{ ref('winback_candidates') }} as candidates
inner join {{ ref('customers') }} as customers on candidates.customer_id = customers.customer_id
order by expected_mrr_amount desc nulls last, customers.customer_id asc
limit 100
