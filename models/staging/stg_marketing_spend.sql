-- Grain: one row per day, channel and campaign (filter: until the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        {{ version_columns('marketing_spend') }}
    from {{ valid_rows('marketing_spend') }} as valid_rows

)

select
    {{ staged_columns('marketing_spend', 'versions') }},
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and versions.spend_date <= run_settings.as_of_date
