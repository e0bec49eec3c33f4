-- Grain: one row per metric, publisher and population.
with

benchmarks as (select * from {{ ref('benchmarks') }})

select
    metric_name,
    publisher,
    population,
    cast(low_value as {{ type_rate() }}) as low_value,
    cast(high_value as {{ type_rate() }}) as high_value,
    source_title,
    cast(published_year as {{ dbt.type_int() }}) as published_year,
    source_url,
    is_same_definition,
    definition_note
from benchmarks
