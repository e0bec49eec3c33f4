-- Grain: one row per day and currency.
with

versions as (

    select
        *,
        {{ version_columns('exchange_rates') }}
    from {{ ref('base_exchange_rates') }}
    where reject_reason is null

)

select
    {{ staged_columns('exchange_rates') }},
    version_count
from versions
where version_number = 1
