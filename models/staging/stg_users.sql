-- Grain: one row per user.
with

versions as (

    select
        *,
        count(*) over (partition by user_id) as version_count,
        row_number() over (
            partition by user_id
            order by loaded_at desc, {{ row_text(value_columns('users')) }} asc
        ) as version_number
    from {{ ref('base_users') }}
    where reject_reason is null

)

select
    {{ staged_columns('users') }},
    version_count
from versions
where version_number = 1
