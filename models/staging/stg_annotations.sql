-- Grain: one row per day and title (filter: happened by the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        {{ version_columns('annotations') }}
    from {{ valid_rows('annotations') }} as valid_rows

)

select
    {{ staged_columns('annotations', 'versions') }},
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and versions.happened_on < run_settings.as_of_end_at
