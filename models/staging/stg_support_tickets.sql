-- Grain: one row per support ticket (filter: opened by the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        {{ version_columns('support_tickets', with_first_load=true) }}
    from {{ valid_rows('support_tickets') }} as valid_rows

)

select
    {{ staged_columns('support_tickets', 'versions') }},
    versions.first_loaded_at,
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and versions.opened_at < run_settings.as_of_end_at
