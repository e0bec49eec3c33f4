-- Every paying customer has one health status and one segment; segments sum to all customers, MRR and lifetime value.
with

customers as (

    select
        count(*) as customer_count,
        sum(mrr_amount) as mrr_amount,
        sum(coalesce(ltv_amount, 0)) as ltv_amount
    from {{ ref('customers') }}
    where is_active

),

health as (

    select
        count(*) as customer_count,
        sum(mrr_amount) as mrr_amount
    from {{ ref('customer_health') }}

),

customer_segments as (

    select
        count(*) as customer_count,
        sum(mrr_amount) as mrr_amount,
        sum(coalesce(ltv_amount, 0)) as ltv_amount
    from {{ ref('customer_segments') }}

),

segments as (

    select
        sum(customer_count) as customer_count,
        sum(mrr_amount) as mrr_amount,
        sum(ltv_amount) as ltv_amount
    from {{ ref('segment_summary') }}

)

select
    customers.customer_count,
    health.customer_count as health_customer_count,
    customer_segments.customer_count as segment_customer_count,
    segments.customer_count as summary_customer_count
from customers
cross join health
cross join customer_segments
cross join segments
where
    coalesce(customers.customer_count, 0) <> coalesce(health.customer_count, 0)
    or coalesce(customers.customer_count, 0) <> coalesce(customer_segments.customer_count, 0)
    or coalesce(customers.customer_count, 0) <> coalesce(segments.customer_count, 0)
    or coalesce(customers.mrr_amount, 0) <> coalesce(health.mrr_amount, 0)
    or coalesce(customers.mrr_amount, 0) <> coalesce(customer_segments.mrr_amount, 0)
    or coalesce(customers.mrr_amount, 0) <> coalesce(segments.mrr_amount, 0)
    or coalesce(customers.ltv_amount, 0) <> coalesce(customer_segments.ltv_amount, 0)
    or coalesce(customers.ltv_amount, 0) <> coalesce(segments.ltv_amount, 0)
