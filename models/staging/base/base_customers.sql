-- Grain: one row per row of the input customers, valid or rejected, with the reason why it is rejected.
-- The chain of merges is followed by doubling: each step looks twice as far, so seven steps follow 128 merges.
with

customers as (
    select
        *,
        {% if var('account_level') == 'parent' -%}
        coalesce(merged_into_customer_id, nullif(parent_customer_id, customer_id))
        {%- else -%}
        merged_into_customer_id
        {%- endif %} as counts_for_customer_id
    from {{ received('customers') }} as received_rows
),

customer_versions as (

    select
        customer_id,
        counts_for_customer_id,
        row_number() over (
            partition by customer_id order by loaded_at desc nulls last, counts_for_customer_id asc nulls last
        ) as version_number
    from customers

),

hop_0 as (

    select
        customer_id,
        counts_for_customer_id as target_id
    from customer_versions
    where version_number = 1 and customer_id is not null and counts_for_customer_id is not null

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

    select
        hop_7.customer_id,
        hop_7.target_id,
        -- A chain that has not reached a customer that stays turns in a circle.
        hop_0.customer_id is not null as is_cycle
    from hop_7
    left join hop_0 on hop_7.target_id = hop_0.customer_id

),

reasoned_customers as (

    select
        {{ input_columns('customers') }},
        coalesce(merged_customers.target_id, customers.counts_for_customer_id, customers.customer_id)
            as canonical_customer_id,
        customers.is_folded,
        case
            when customers.unreadable_value is not null then 'unreadable_value'
            when customers.customer_id is null then 'missing_customer_id'
            when customers.loaded_at is null then 'missing_loaded_at'
            when abs(customers.employee_count) >= {{ var('number_limit') }} then 'number_out_of_range'
            when customers.employee_count < 0 then 'negative_employee_count'
            when customers.deleted_at < customers.created_at then 'end_before_start'
            when greatest(customers.created_at, customers.deleted_at) > customers.loaded_at then 'dated_after_loaded_at'
            when least(customers.created_at, customers.deleted_at, customers.loaded_at) < {{ earliest_at() }}
                then 'dated_before_earliest'
            when customers.counts_for_customer_id = customers.customer_id or coalesce(merged_customers.is_cycle, false)
                then 'merge_cycle'
        end as reject_reason
    from customers
    left join merged_customers on customers.counts_for_customer_id = merged_customers.customer_id

),

canonical_customers as (

    select distinct customer_id
    from reasoned_customers
    where reject_reason is null and canonical_customer_id = customer_id

)

select
    {{ input_columns('customers', 'reasoned_customers') }},
    case
        -- A parent that nobody lists has no account of its own.
        when reasoned_customers.merged_into_customer_id is null and canonical_customers.customer_id is null
            then reasoned_customers.customer_id
        else reasoned_customers.canonical_customer_id
    end as canonical_customer_id,
    reasoned_customers.is_folded,
    case
        when reasoned_customers.reject_reason is not null then reasoned_customers.reject_reason
        when reasoned_customers.merged_into_customer_id is not null and canonical_customers.customer_id is null
            then 'unknown_merge_target'
    end as reject_reason
from reasoned_customers
left join canonical_customers on reasoned_customers.canonical_customer_id = canonical_customers.customer_id
