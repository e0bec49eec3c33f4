-- Grain: one row per input and day of a load that was a backfill: most of its rows had occurred long before.
{%- set occurred_at = {
    'nps_responses': 'coalesce(responded_at, sent_at)', 'support_tickets': 'coalesce(resolved_at, opened_at)',
    'subscription_changes': 'changed_at', 'invoice_lines': 'coalesce(paid_at, issued_at)',
} %}
with

customer_days as (select * from {{ ref('int_usage_customer_days') }}),

loaded_rows as (

    select
        'usage_events' as input_name,
        first_loaded_date as loaded_date,
        activity_date as occurred_date,
        event_count as row_count
    from customer_days
    where event_count > 0
    {%- for input, occurred_at in occurred_at.items() %}

    union all

    select
        '{{ input }}' as input_name,
        cast(first_loaded_at as date) as loaded_date,
        cast({{ occurred_at }} as date) as occurred_date,
        1 as row_count
    from {{ ref('stg_' ~ input) }}
    {%- endfor %}

),

load_days as (

    select
        input_name,
        loaded_date,
        sum(row_count) as row_count,
        sum(
            case
                when {{ days_between('occurred_date', 'loaded_date') }} > {{ var('backfill_days') }} then row_count
                else 0
            end
        ) as old_row_count
    from loaded_rows
    group by input_name, loaded_date

),

-- All rows loaded by then, and of them the old ones of the last weeks: a backfill may take some days to load.
loads_so_far as (

    select
        load_days.input_name,
        load_days.loaded_date,
        sum(earlier_days.row_count) as row_count,
        sum(
            case
                when
                    {{ days_between('earlier_days.loaded_date', 'load_days.loaded_date') }}
                    <= {{ var('backfill_days') }}
                    then earlier_days.old_row_count
                else 0
            end
        ) as old_row_count
    from load_days
    inner join load_days as earlier_days
        on
            load_days.input_name = earlier_days.input_name
            and load_days.loaded_date >= earlier_days.loaded_date
    where 2 * load_days.old_row_count > load_days.row_count
    group by load_days.input_name, load_days.loaded_date

)

select
    input_name,
    loaded_date
from loads_so_far
where 2 * old_row_count >= row_count
