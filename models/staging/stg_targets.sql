-- Grain: one row per month, metric, dimension and value.
with

versions as (

    select
        *,
        {{ version_columns('targets') }}
    from {{ valid_rows('targets') }} as valid_rows

)

select
    {{ staged_columns('targets', 'versions') }},
    versions.version_count
from versions
where versions.version_number = 1
