-- Grain: one row per plan.
with

versions as (

    select
        *,
        count(*) over (partition by plan_id) as version_count,
        row_number() over (
            partition by plan_id
            order by loaded_at desc, {{ row_text(value_columns('plans')) }} asc
        ) as version_number
    from {{ ref('base_plans') }}
    where reject_reason is null

)

select
    {{ staged_columns('plans') }},
    version_count
from versions
where version_number = 1
