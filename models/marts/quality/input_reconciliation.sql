-- Grain: one row per input: every row received is staged, superseded by a newer row of its key, or rejected.
with

raw_counts as (
    {% for input_name in input_names() %}
    select
        '{{ input_name }}' as input_name,
        count(*) as raw_row_count,
        {% if input_name in ['customers', 'plans'] -%}
        (select sum(case when staged.is_inferred then 1 end) from {{ ref('stg_' ~ input_name) }} as staged)
        {%- else -%} 0 {%- endif %} as inferred_count,
        {{ local_time('max(received_rows.loaded_at)') }} as newest_loaded_at
    from {{ raw(input_name) }} as received_rows
    {{ 'union all' if not loop.last }}{% endfor %}
),
{% for input_name in input_names() if input_name != 'usage_events' -%}
{%- set key = input_contracts()[input_name].meta.key -%}
{%- set row_key, compared_text = 'input_rows.' ~ key | join(', input_rows.'), row_text(value_columns(input_name)) -%}
{%- set is_compared = 'not is_end and change_sequence is null' if input_name == 'subscription_changes' else 'true' -%}
{{ input_name }}_keys as (

    select
        {{ key | join(', ') }},
        count(*) as version_count,
        sum(case when is_folded then 1 end) as folded_row_count,
        max(loaded_at) as newest_loaded_at
    from {{ ref('base_' ~ input_name) }}
    where reject_reason is null
    group by {{ key | join(', ') }}

),

-- Keys of which several rows of the newest load differ, as text. Rows that a rule puts in order are not compared.
{{ input_name }}_conflicts as (

    select {{ row_key }}
    from {{ ref('base_' ~ input_name) }} as input_rows
    inner join {{ input_name }}_keys as several_rows
        on
            several_rows.version_count > 1
            and input_rows.loaded_at = several_rows.newest_loaded_at
            {%- for column in key %}
            and input_rows.{{ column }} = several_rows.{{ column }}
            {%- endfor %}
    where input_rows.reject_reason is null and {{ is_compared }}
    group by {{ row_key }}
    having min({{ compared_text }}) <> max({{ compared_text }})

),

{% endfor -%}
staged_counts as (
    {% for input_name in input_names() if input_name != 'usage_events' %}
    select
        '{{ input_name }}' as input_name,
        count(*) as staged_row_count,
        coalesce(sum(version_count - 1), 0) as superseded_row_count,
        coalesce(sum(folded_row_count), 0) as folded_row_count,
        (select count(*) from {{ input_name }}_conflicts) as conflict_count
    from {{ input_name }}_keys

    union all
    {% endfor %}
    select
        'usage_events' as input_name,
        coalesce(sum(staged_row_count), 0) as staged_row_count,
        coalesce(sum(superseded_row_count), 0) as superseded_row_count,
        0 as folded_row_count,
        cast(null as {{ dbt.type_bigint() }}) as conflict_count
    from {{ ref('int_usage_customer_days') }}
    having {{ 'usage' not in var('disabled_branches') }}

),

rejected_counts as (

    select
        input_name,
        count(*) as rejected_row_count,
        sum(amount_at_stake) as rejected_amount_at_stake
    from {{ ref('rejected_rows') }}
    group by input_name

),

rejected_shares as (

    select
        input_name,
        sum(amount_rate) as amount_rate,
        -- One row alone is no share. Money without an exchange rate cannot be compared: its customers are counted.
        greatest(
            case when sum({{ unaccepted('row_count') }}) > 1 then sum({{ unaccepted('row_rate') }}) end,
            sum({{ unaccepted('amount_rate') }}),
            sum({{ unaccepted('case when amount > 0 and amount_rate is null then customer_rate end') }})
        ) as highest_rate
    from {{ ref('input_amounts') }}
    where reject_reason is not null
    group by input_name

)

select
    raw_counts.input_name,
    raw_counts.raw_row_count,
    cast(staged_counts.staged_row_count as {{ dbt.type_bigint() }}) as staged_row_count,
    cast(staged_counts.superseded_row_count as {{ dbt.type_bigint() }}) as superseded_row_count,
    cast(staged_counts.conflict_count as {{ dbt.type_bigint() }}) as conflict_count,
    cast(staged_counts.folded_row_count as {{ dbt.type_bigint() }}) as folded_row_count,
    cast(coalesce(raw_counts.inferred_count, 0) as {{ dbt.type_bigint() }}) as inferred_count,
    coalesce(rejected_counts.rejected_row_count, 0) as rejected_row_count,
    {{ rate('coalesce(rejected_counts.rejected_row_count, 0)', 'raw_counts.raw_row_count') }} as rejected_row_rate,
    cast(rejected_counts.rejected_amount_at_stake as {{ type_amount() }}) as rejected_amount_at_stake,
    cast(rejected_shares.amount_rate as {{ type_rate() }}) as rejected_amount_rate,
    coalesce(rejected_shares.highest_rate > {{ var('max_rejected_rate') }}, false) as exceeds_max_rejected_rate,
    raw_counts.newest_loaded_at
from raw_counts
inner join staged_counts on raw_counts.input_name = staged_counts.input_name
left join rejected_counts on raw_counts.input_name = rejected_counts.input_name
left join rejected_shares on raw_counts.input_name = rejected_shares.input_name
