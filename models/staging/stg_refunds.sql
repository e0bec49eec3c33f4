-- Grain: one row per refund of an invoice line (filter: paid back by the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        {{ version_columns('refunds', with_first_load=true) }}
    from {{ valid_rows('refunds') }} as valid_rows

)

select
    {{ staged_columns('refunds', 'versions') }},
    versions.first_loaded_at,
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and versions.refunded_at < run_settings.as_of_end_at
