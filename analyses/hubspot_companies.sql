-- An import file for HubSpot: one row per customer, columns as the properties are called, matched by Customer ID.
-- Names are quoted so that every engine keeps their capitals and blanks.
-- noqa: disable=RF05,RF06
select
    customer_id as "Customer ID",
    customer_status as "Customer status",
    health_status as "Health",
    cast(round(health_score, 0) as integer) as "Health score",
    segment_name as "Segment",
    account_owner as "Account owner",
    play as "Play",
    reason_text as "Why",
    due_date as "Play due",
    priority_rank as "Priority",
    cast(round(mrr_amount, 2) as decimal(18, 2)) as "MRR",
    cast(round(ltv_amount, 2) as decimal(18, 2)) as "Lifetime value",
    cast(round(expected_loss_amount, 2) as decimal(18, 2)) as "Expected loss",
    next_renewal_date as "Renewal",
    has_changed as "Has changed",
    as_of_date as "Customer Value as of"
from {{ ref('crm_accounts') }}
order by customer_id asc
