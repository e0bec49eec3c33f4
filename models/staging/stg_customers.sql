-- Grain: one row per customer that landed, merged ones included: surviving_customer_id is the one it counts for.
with

versions as (

    select
        *,
        count(*) over (partition by customer_id) as version_count,
        row_number() over (
            partition by customer_id
            order by
                loaded_at desc,
                {{ row_text([
                    'customer_name', 'email', 'country', 'industry', 'employee_count',
                    'acquisition_channel', 'created_at', 'deleted_at', 'merged_into_customer_id'
                ]) }} asc
        ) as version_number
    from {{ ref('base_customers') }}
    where reject_reason is null

)

select
    customer_id,
    surviving_customer_id,
    customer_name,
    email,
    country,
    industry,
    cast(employee_count as {{ dbt.type_bigint() }}) as employee_count,
    acquisition_channel,
    created_at,
    deleted_at,
    loaded_at,
    version_count
from versions
where version_number = 1
