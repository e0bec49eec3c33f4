-- Grain: one row per invoice line.
with

versions as (

    select
        *,
        count(*) over (partition by invoice_line_id) as version_count,
        min(loaded_at) over (partition by invoice_line_id) as first_loaded_at,
        row_number() over (
            partition by invoice_line_id
            order by loaded_at desc, {{ row_text(value_columns('invoice_lines')) }} asc
        ) as version_number
    from {{ ref('base_invoice_lines') }}
    where reject_reason is null

)

select
    {{ staged_columns('invoice_lines') }},
    first_loaded_at,
    version_count
from versions
where version_number = 1
