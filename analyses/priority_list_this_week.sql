-- The priority list of the week: value at risk, top drivers, play, owner and time limit.
select
    segments.priority_rank,
    customers.customer_name,
    segments.segment_name,
    segments.value_at_risk_amount,
    segments.mrr_amount,
    health.health_status,
    health.previous_health_status,
    health.churn_probability_90d,
    health.reason_text,
    health.advice,
    segments.play,
    segments.owner_role,
    segments.act_within_days
from {{ ref('customer_segments') }} as segments
inner join {{ ref('customer_health') }} as health on segments.customer_id = health.customer_id
inner join {{ ref('customers') }} as customers on segments.customer_id = customers.customer_id
where health.health_status in ('red', 'amber')
order by segments.priority_rank asc
limit 50
