-- Grain: one row per user.
with

versions as (

    select
        *,
        {{ version_columns('users') }}
    from {{ valid_rows('users') }} as valid_rows

)

select
    {{ staged_columns('users') }},
    version_count
from versions
where version_number = 1
