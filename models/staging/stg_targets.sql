-- Grain: one row per month, metric, dimension and value.
with

versions as (

    select
        *,
        count(*) over (partition by month, metric, dimension, value) as version_count,
        row_number() over (
            partition by month, metric, dimension, value
            order by loaded_at desc, {{ row_text(value_columns('targets')) }} asc
        ) as version_number
    from {{ ref('base_targets') }}
    where reject_reason is null

)

select
    {{ staged_columns('targets', 'versions') }},
    versions.version_count
from versions
where versions.version_number = 1
