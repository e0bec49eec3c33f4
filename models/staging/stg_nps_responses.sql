-- Grain: one row per question sent, answered or not (filter: sent by the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        {{ version_columns('nps_responses', with_first_load=true) }}
    from {{ valid_rows('nps_responses') }} as valid_rows

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
