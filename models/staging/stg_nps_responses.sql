-- Grain: one row per question sent, answered or not.
with

versions as (

    select
        *,
        count(*) over (partition by response_id) as version_count,
        min(loaded_at) over (partition by response_id) as first_loaded_at,
        row_number() over (
            partition by response_id
            order by loaded_at desc, {{ row_text(value_columns('nps_responses')) }} asc
        ) as version_number
    from {{ ref('base_nps_responses') }}
    where reject_reason is null

)

select
    {{ staged_columns('nps_responses') }},
    first_loaded_at,
    version_count
from versions
where version_number = 1
