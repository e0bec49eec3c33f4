-- Grain: one row per row of the input customers, good or bad, with the reason why it is turned away.
with

customers as (select * from {{ raw('customers') }}),

merged_customers as (select * from {{ ref('base_customer_merges') }}),

judged as (

    select
        customers.customer_id,
        customers.customer_name,
        customers.email,
        customers.country,
        customers.industry,
        customers.employee_count,
        customers.acquisition_channel,
        customers.created_at,
        customers.deleted_at,
        customers.merged_into_customer_id,
        customers.loaded_at,
        coalesce(merged_customers.surviving_customer_id, customers.merged_into_customer_id, customers.customer_id)
            as surviving_customer_id,
        case
            when customers.customer_id is null then 'missing_customer_id'
            when customers.loaded_at is null then 'missing_loaded_at'
            when abs(customers.employee_count) >= {{ var('number_limit') }} then 'number_out_of_range'
            when customers.employee_count < 0 then 'negative_employee_count'
            when customers.deleted_at < customers.created_at then 'end_before_start'
            when greatest(customers.created_at, customers.deleted_at) > customers.loaded_at then 'dated_after_loaded_at'
            when least(customers.created_at, customers.deleted_at, customers.loaded_at) < {{ earliest_at() }}
                then 'dated_before_earliest'
            when customers.merged_into_customer_id = customers.customer_id or coalesce(merged_customers.is_cycle, false)
                then 'merge_cycle'
        end as reject_reason
    from customers
    left join merged_customers on customers.merged_into_customer_id = merged_customers.customer_id

),

survivors as (

    select distinct customer_id
    from judged
    where reject_reason is null and merged_into_customer_id is null

)

select
    judged.customer_id,
    judged.customer_name,
    judged.email,
    judged.country,
    judged.industry,
    judged.employee_count,
    judged.acquisition_channel,
    judged.created_at,
    judged.deleted_at,
    judged.merged_into_customer_id,
    judged.loaded_at,
    judged.surviving_customer_id,
    case
        when judged.reject_reason is not null then judged.reject_reason
        when judged.merged_into_customer_id is not null and survivors.customer_id is null then 'unknown_merge_target'
    end as reject_reason
from judged
left join survivors on judged.surviving_customer_id = survivors.customer_id
