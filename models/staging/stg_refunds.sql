-- Grain: one row per refund of an invoice line (filter: paid back by the as-of day).
with

run_settings as (select * from {{ ref('run_settings') }}),

versions as (

    select
        *,
        count(*) over (partition by refund_id) as version_count,
        min(loaded_at) over (partition by refund_id) as first_loaded_at,
        row_number() over (
            partition by refund_id
            order by loaded_at desc, {{ row_text(value_columns('refunds')) }} asc
        ) as version_number
    from {{ ref('base_refunds') }}
    where reject_reason is null

)

select
    {{ staged_columns('refunds', 'versions') }},
    versions.first_loaded_at,
    versions.version_count
from versions
cross join run_settings
where versions.version_number = 1 and versions.refunded_at < run_settings.as_of_end_at
