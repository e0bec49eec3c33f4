-- Grain: one row per lead.
with

versions as (

    select
        *,
        count(*) over (partition by lead_id) as version_count,
        row_number() over (
            partition by lead_id
            order by loaded_at desc, {{ row_text(value_columns('leads')) }} asc
        ) as version_number
    from {{ ref('base_leads') }}
    where reject_reason is null

)

select
    {{ staged_columns('leads') }},
    version_count
from versions
where version_number = 1
