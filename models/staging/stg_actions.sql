-- Grain: one row per customer as received, play and day (filter: done by the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        {{ version_columns('actions') }}
    from {{ valid_rows('actions') }} as valid_rows

)

select
    {{ staged_columns('actions', 'versions') }},
    versions.customer_id as received_customer_id,
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and versions.done_on < run_settings.as_of_end_at
