-- Every row of the seed benchmarks stands in its mart.
with

benchmarks as (select * from {{ ref('benchmarks') }}),

metric_benchmarks as (select * from {{ ref('metric_benchmarks') }})

select
    benchmarks.metric_name,
    benchmarks.publisher,
    benchmarks.population
from benchmarks
left join metric_benchmarks
    on
        benchmarks.metric_name = metric_benchmarks.metric_name
        and benchmarks.publisher = metric_benchmarks.publisher
        and benchmarks.population = metric_benchmarks.population
        and benchmarks.source_url = metric_benchmarks.source_url
where metric_benchmarks.metric_name is null
