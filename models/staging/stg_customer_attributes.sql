-- Grain: one row per customer as received, attribute and first day (filter: in force by the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        {{ version_columns('customer_attributes') }}
    from {{ valid_rows('customer_attributes') }} as valid_rows

)

select
    {{ staged_columns('customer_attributes', 'versions') }},
    versions.customer_id as received_customer_id,
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and coalesce(versions.valid_from < run_settings.as_of_end_at, true)
