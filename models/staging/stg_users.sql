-- Grain: one row per user.
with

versions as (

    select
        *,
        {{ version_columns('users') }}
    from {{ ref('base_users') }}
    where reject_reason is null

)

select
    {{ staged_columns('users') }},
    version_count
from versions
where version_number = 1
