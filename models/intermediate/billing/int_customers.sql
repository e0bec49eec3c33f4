-- Grain: one row per customer (filter: not merged into another).
with

customers as (select * from {{ ref('stg_customers') }}),

customer_sizes as (select * from {{ ref('customer_sizes') }}),

run_settings as (select * from {{ ref('run_settings') }}),

subscribers as (

    select
        customer_id,
        cast(min(changed_at) as date) as started_date
    from {{ ref('int_subscription_log') }}
    group by customer_id

),

billed_customers as (

    select distinct customer_id
    from {{ ref('int_invoice_lines') }}

)

select
    customers.customer_id,
    {% if var('include_personal_data') -%}
    customers.customer_name,
    {%- else -%}
    customers.customer_id as customer_name,
    {%- endif %}
    {{ sha256('lower(trim(customers.email))') }} as email_hash,
    customers.country,
    customers.industry,
    customers.employee_count,
    coalesce(customer_sizes.customer_size, 'unknown') as customer_size,
    customers.acquisition_channel,
    customers.created_at,
    customers.deleted_at,
    customers.is_inferred,
    subscribers.started_date
from customers
cross join run_settings
left join subscribers on customers.customer_id = subscribers.customer_id
left join billed_customers on customers.customer_id = billed_customers.customer_id
left join customer_sizes
    on
        customers.employee_count >= customer_sizes.min_employee_count
        and customers.employee_count <= coalesce(customer_sizes.max_employee_count, customers.employee_count)
where
    customers.customer_id = customers.canonical_customer_id
    and not customers.is_internal
    -- An account made after the as-of day does not exist yet, unless it subscribed or was billed before.
    and (
        coalesce(
            coalesce(customers.created_at, case when customers.is_inferred then customers.loaded_at end)
            < run_settings.as_of_end_at, true
        )
        or subscribers.customer_id is not null
        or billed_customers.customer_id is not null
    )
