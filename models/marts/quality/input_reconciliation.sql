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
{%- set key = input_contracts()[input_name].meta.key | join(', ') -%}
{%- set is_compared = 'not is_end and change_sequence is null' if input_name == 'subscription_changes' else 'true' -%}
-- The first and the last row, as text, of each key's newest load. Rows that a rule puts in order are not compared.
{{ input_name }}_keys as (

    select
        {{ key }},
        sum(row_count) as version_count,
        sum(folded_row_count) as folded_row_count,
        max(case when load_number = 1 then first_text end) as first_text,
        max(case when load_number = 1 then last_text end) as last_text
    from (
        select
            {{ key }},
            count(*) as row_count,
            sum(case when is_folded then 1 end) as folded_row_count,
            min(compared_text) as first_text,
            max(compared_text) as last_text,
            row_number() over (partition by {{ key }} order by loaded_at desc) as load_number
        from (
            select
                {{ key }},
                loaded_at,
                is_folded,
                case when {{ is_compared }} then {{ row_text(value_columns(input_name)) }} end as compared_text
            from {{ ref('base_' ~ input_name) }}
            where reject_reason is null
        ) as valid_rows
        group by {{ key }}, loaded_at
    ) as loads
    group by {{ key }}

),

{% endfor -%}
staged_counts as (
    {% for input_name in input_names() if input_name != 'usage_events' %}
    select
        '{{ input_name }}' as input_name,
        count(*) as staged_row_count,
        coalesce(sum(version_count - 1), 0) as superseded_row_count,
        coalesce(sum(folded_row_count), 0) as folded_row_count,
        coalesce(sum(case when first_text <> last_text then 1 end), 0) as conflict_count
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
