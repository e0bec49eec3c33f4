-- Grain: one row per day and currency.
with

versions as (

    select
        *,
        count(*) over (partition by rate_date, currency) as version_count,
        row_number() over (
            partition by rate_date, currency
            order by loaded_at desc, {{ row_text(value_columns('exchange_rates')) }} asc
        ) as version_number
    from {{ ref('base_exchange_rates') }}
    where reject_reason is null

)

select
    {{ staged_columns('exchange_rates') }},
    version_count
from versions
where version_number = 1
