-- Grain: one row per input: every row received is staged, superseded by a newer row of its key, or rejected.
with

rejected_rows as (select * from {{ ref('rejected_rows') }}),

customer_days as (select * from {{ ref('int_usage_customer_days') }}),

raw_counts as (
    {% for input_name in input_names() %}
    select
        '{{ input_name }}' as input_name,
        count(*) as raw_row_count,
        max(loaded_at) as newest_loaded_at
    from {{ raw(input_name) }}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

staged_counts as (
    {% for input_name in input_names() if input_name != 'usage_events' %}
    select
        '{{ input_name }}' as input_name,
        count(*) as staged_row_count,
        coalesce(sum(version_count - 1), 0) as superseded_row_count
    from (
        select count(*) as version_count
        from {{ ref('base_' ~ input_name) }}
        where reject_reason is null
        group by {{ input_contracts()[input_name].meta.key | join(', ') }}
    ) as staged_keys

    union all
    {% endfor %}
    select
        'usage_events' as input_name,
        coalesce(sum(event_count), 0) as staged_row_count,
        coalesce(sum(superseded_event_count), 0) as superseded_row_count
    from customer_days

),

rejected_counts as (

    select
        input_name,
        count(*) as rejected_row_count,
        sum(amount_at_stake) as rejected_amount_at_stake
    from rejected_rows
    group by input_name

)

select
    raw_counts.input_name,
    raw_counts.raw_row_count,
    cast(staged_counts.staged_row_count as {{ dbt.type_bigint() }}) as staged_row_count,
    cast(staged_counts.superseded_row_count as {{ dbt.type_bigint() }}) as superseded_row_count,
    coalesce(rejected_counts.rejected_row_count, 0) as rejected_row_count,
    cast(rejected_counts.rejected_amount_at_stake as {{ type_amount() }}) as rejected_amount_at_stake,
    raw_counts.newest_loaded_at
from raw_counts
inner join staged_counts on raw_counts.input_name = staged_counts.input_name
left join rejected_counts on raw_counts.input_name = rejected_counts.input_name
