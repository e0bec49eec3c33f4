-- Grain: one row per customer (filter: not merged into another): what a CRM receives, and whether it has changed.
with

customers as (select * from {{ ref('customers') }}),

customer_segments as (select * from {{ ref('customer_segments') }}),

pairs as (select * from {{ ref('publication_pairs') }})

select
    customers.customer_id,
    customers.as_of_date,
    customers.customer_status,
    customers.health_status,
    customers.health_score,
    customers.segment_name,
    customers.account_owner,
    customer_segments.play,
    customer_segments.owner_role,
    customer_segments.reason_text,
    customer_segments.due_date,
    customers.priority_rank,
    customers.mrr_amount,
    customers.ltv_amount,
    customers.expected_loss_amount,
    customers.reporting_currency,
    customers.next_renewal_date,
    not pairs.has_same_account as has_changed
from customers
left join customer_segments on customers.customer_id = customer_segments.customer_id
left join pairs on pairs.level_kind = 'customer' and customers.customer_id = pairs.entity_key
