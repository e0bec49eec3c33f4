-- Grain: one row per customer as received, merged ones included: canonical_customer_id is the one it counts for.
with

versions as (

    select
        *,
        count(*) over (partition by customer_id) as version_count,
        row_number() over (
            partition by customer_id
            order by loaded_at desc, {{ row_text(value_columns('customers')) }} asc
        ) as version_number
    from {{ ref('base_customers') }}
    where reject_reason is null

)

select
    {{ staged_columns('customers') }},
    canonical_customer_id,
    version_count
from versions
where version_number = 1
