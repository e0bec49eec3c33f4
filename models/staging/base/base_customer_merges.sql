-- Grain: one row per customer that was merged into another, as the inputs say it.
-- The chain of merges is followed by doubling: each step looks twice as far, so seven steps follow 128 merges.
with

customers as (

    select
        *,
        row_number() over (
            partition by customer_id order by loaded_at desc nulls last, merged_into_customer_id asc nulls last
        ) as version_number
    from {{ raw('customers') }}

),

hop_0 as (

    select
        customer_id,
        merged_into_customer_id as target_id
    from customers
    where version_number = 1 and customer_id is not null and merged_into_customer_id is not null

),
{% for step in range(7) %}
hop_{{ step + 1 }} as (

    select
        near.customer_id,
        coalesce(far.target_id, near.target_id) as target_id
    from hop_{{ step }} as near
    left join hop_{{ step }} as far on near.target_id = far.customer_id

),
{% endfor %}
merged_customers as (

    select customer_id
    from hop_0

)

select
    hop_7.customer_id,
    hop_7.target_id as surviving_customer_id,
    -- A chain that has not reached a customer that stays turns in a circle.
    merged_customers.customer_id is not null as is_cycle
from hop_7
left join merged_customers on hop_7.target_id = merged_customers.customer_id
