-- Grain: one row per invoice line (filter: issued by the as-of day, or a draft).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        {{ version_columns('invoice_lines', with_first_load=true) }}
    from {{ valid_rows('invoice_lines') }} as valid_rows

)

select
    {{ staged_columns('invoice_lines', 'versions') }},
    versions.first_loaded_at,
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and coalesce(versions.issued_at < run_settings.as_of_end_at, true)
