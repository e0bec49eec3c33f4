-- Grain: one row per question sent, answered or not (filter: sent by the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

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
    {{ staged_columns('nps_responses', 'versions') }},
    versions.first_loaded_at,
    versions.version_count
from versions
cross join run_settings
where
    versions.version_number = 1
    and coalesce(coalesce(versions.sent_at, versions.responded_at) < run_settings.as_of_end_at, true)
