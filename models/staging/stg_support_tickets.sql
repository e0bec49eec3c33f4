-- Grain: one row per support ticket.
with

versions as (

    select
        *,
        count(*) over (partition by ticket_id) as version_count,
        min(loaded_at) over (partition by ticket_id) as first_loaded_at,
        row_number() over (
            partition by ticket_id
            order by loaded_at desc, {{ row_text(value_columns('support_tickets')) }} asc
        ) as version_number
    from {{ ref('base_support_tickets') }}
    where reject_reason is null

)

select
    {{ staged_columns('support_tickets') }},
    first_loaded_at,
    version_count
from versions
where version_number = 1
