-- Grain: one row: the day this run is as of and the currency it reports in.
{%- set as_of_date = var('as_of_date') or env_var('CUSTOMER_VALUE_AS_OF', '') %}
with

plan_currencies as (

    select
        {{ trimmed('received_plans.plan_id') }} as plan_id,
        min({{ folded_code('received_plans.currency') }}) as currency
    from {{ raw('plans') }} as received_plans
    group by {{ trimmed('received_plans.plan_id') }}

),

log_currencies as (

    select
        coalesce(
            {{ folded_code('changes.currency') }},
            plan_currencies.currency,
            {{ word_var('default_currency') }}
        ) as currency
    from {{ raw('subscription_changes') }} as changes
    left join plan_currencies
        on {{ trimmed('changes.plan_id') }} = plan_currencies.plan_id

),

currencies as (select * from {{ ref('currencies') }}),

converted_currencies as (

    select distinct {{ folded_code('received_rates.currency') }} as currency
    from {{ raw('exchange_rates') }} as received_rates
    where received_rates.rate <> 1

),

candidate_currencies as (

    select
        log_currencies.currency,
        row_number() over (
            order by
                case when converted_currencies.currency is null then 0 else 1 end,
                count(*) desc,
                log_currencies.currency asc
        ) as preference
    from log_currencies
    inner join currencies on log_currencies.currency = currencies.currency
    left join converted_currencies on log_currencies.currency = converted_currencies.currency
    group by log_currencies.currency, converted_currencies.currency

),

as_of as (

    {% if as_of_date -%}
    select cast({{ dbt.string_literal(dbt.escape_single_quotes(as_of_date)) }} as date) as as_of_date
    {%- else -%}
    select cast(max(loaded_at) as date) as as_of_date
    from (
        {%- for input_name in input_names() %}
        select {{ local_time('max(received_rows.loaded_at)') }} as loaded_at from {{ raw(input_name) }} as received_rows
        {%- if not loop.last %} union all{% endif %}
        {%- endfor %}
    ) as newest
    {%- endif %}

)

select
    as_of.as_of_date,
    -- Which build this is; no mart holds it.
    '{{ invocation_id }}' as build_id,
    -- Excluded: what happened before this instant had happened by the end of the as-of day.
    cast({{ dbt.dateadd('day', 1, 'as_of.as_of_date') }} as timestamp) as as_of_end_at,
    {% if var('reporting_currency') -%}
    cast({{ dbt.string_literal(dbt.escape_single_quotes(var('reporting_currency') | trim | upper)) }} as {{ dbt.type_string() }})
    {%- else -%}
    candidate_currencies.currency
    {%- endif %} as reporting_currency
from as_of
left join candidate_currencies on candidate_currencies.preference = 1
