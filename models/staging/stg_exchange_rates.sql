-- Grain: one row per day and currency.
with

versions as (

    select
        *,
        {{ version_columns('exchange_rates') }}
    from {{ valid_rows('exchange_rates') }} as valid_rows

)

select
    {{ staged_columns('exchange_rates') }},
    version_count
from versions
where version_number = 1
