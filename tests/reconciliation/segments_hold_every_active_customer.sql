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
    customers.customer_count <> health.customer_count
    or customers.customer_count <> customer_segments.customer_count
    or customers.customer_count <> segments.customer_count
    or customers.mrr_amount <> health.mrr_amount
    or customers.mrr_amount <> customer_segments.mrr_amount
    or customers.mrr_amount <> segments.mrr_amount
    or customers.ltv_amount <> customer_segments.ltv_amount
    or customers.ltv_amount <> segments.ltv_amount
