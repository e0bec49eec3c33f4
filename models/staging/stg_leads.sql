-- Grain: one row per lead (filter: came in by the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        {{ version_columns('leads') }}
    from {{ valid_rows('leads') }} as valid_rows

)

select
    {{ staged_columns('leads', 'versions') }},
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and versions.created_at < run_settings.as_of_end_at
