-- An import file for HubSpot: one row per customer, columns as the properties are called, matched by Customer ID.
-- Names are quoted so that every engine keeps their capitals and blanks.
-- noqa: disable=RF05,RF06
select
    customers.customer_id as "Customer ID",
    customers.customer_status as "Customer status",
    customers.health_status as "Health",
    cast(round(segments.health_score, 0) as integer) as "Health score",
    customers.segment_name as "Segment",
    customers.account_owner as "Account owner",
    segments.play as "Play",
    segments.reason_text as "Why",
    segments.due_date as "Play due",
    customers.priority_rank as "Priority",
    cast(round(customers.mrr_amount, 2) as decimal(18, 2)) as "MRR",
    cast(round(customers.ltv_amount, 2) as decimal(18, 2)) as "Lifetime value",
    cast(round(customers.expected_loss_amount, 2) as decimal(18, 2)) as "Expected loss",
    customers.next_renewal_date as "Renewal",
    customers.as_of_date as "Customer Value as of"
from {{ ref('customers') }} as customers
left join {{ ref('customer_segments') }} as segments on customers.customer_id = segments.customer_id
order by customers.customer_id asc
