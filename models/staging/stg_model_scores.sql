-- Grain: one row per model, customer as received and day (filter: scored by the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        {{ version_columns('model_scores', with_first_load=true) }}
    from {{ valid_rows('model_scores') }} as valid_rows

)

select
    {{ staged_columns('model_scores', 'versions') }},
    versions.customer_id as received_customer_id,
    versions.first_loaded_at,
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and versions.scored_on < run_settings.as_of_end_at
