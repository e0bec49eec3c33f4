-- The priority list of the week: expected loss, top drivers, play, owner and due date.
select
    segments.priority_rank,
    customers.customer_name,
    segments.segment_name,
    segments.expected_loss_amount,
    segments.value_at_risk_amount,
    segments.mrr_amount,
    health.health_status,
    health.previous_health_status,
    segments.churn_probability_90d,
    segments.renewal_date,
    segments.reason_text,
    segments.play,
    segments.owner_role,
    segments.due_date
from {{ ref('customer_segments') }} as segments
inner join {{ ref('customer_health') }} as health on segments.customer_id = health.customer_id
inner join {{ ref('customers') }} as customers on segments.customer_id = customers.customer_id
order by segments.priority_rank asc
limit 50
