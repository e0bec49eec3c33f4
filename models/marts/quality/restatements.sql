-- Grain: one row per complete month and metric (filter: its value is not what was published first, or shown).
{%- set occurred_at = {
    'subscription_changes': 'changed_at', 'invoice_lines': 'coalesce(paid_at, issued_at)',
    'nps_responses': 'coalesce(responded_at, sent_at)',
} %}
with

first_known_metrics as (select * from {{ ref('first_known_metrics') }}),

metric_months as (select * from {{ ref('metric_months') }}),

run_settings as (select * from {{ ref('run_settings') }}),

-- When the rows behind the headline numbers were loaded, and loaded again.
input_changes as (
    {% for input_name, occurred in occurred_at.items() %}
    select
        '{{ input_name }}' as input_name,
        {{ month_start(occurred) }} as occurred_month,
        cast(first_loaded_at as date) as first_loaded_date,
        cast(loaded_at as date) as loaded_date,
        count(*) as row_count
    from {{ ref('stg_' ~ input_name) }}
    group by {{ month_start(occurred) }}, cast(first_loaded_at as date), cast(loaded_at as date)
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

changed_metrics as (

    select
        first_known_metrics.activity_month,
        first_known_metrics.metric_name,
        first_known_metrics.input_name,
        first_known_metrics.known_date,
        first_known_metrics.metric_value as first_known_value,
        metric_months.metric_value as published_value,
        metric_months.known_value as current_value,
        coalesce(metric_months.is_closed, false) as is_closed,
        metric_months.adjusted_in_month,
        coalesce(first_known_metrics.definition_id <> metric_months.definition_id, false) as has_changed_definition
    from first_known_metrics
    left join metric_months
        on
            first_known_metrics.activity_month = metric_months.activity_month
            and first_known_metrics.metric_name = metric_months.metric_name
    where
        first_known_metrics.metric_value is distinct from metric_months.known_value
        or metric_months.metric_value is distinct from metric_months.known_value

),

-- Rows that take effect by the month's end and were loaded, or loaded again, after it was published.
later_rows as (

    select
        changed_metrics.activity_month,
        changed_metrics.metric_name,
        sum(
            case when changed_metrics.known_date < input_changes.first_loaded_date then 1 else 0 end
            * input_changes.row_count
        ) as late_row_count,
        sum(
            case when changed_metrics.known_date < input_changes.first_loaded_date then 0 else 1 end
            * input_changes.row_count
        ) as corrected_row_count
    from changed_metrics
    inner join input_changes
        on
            changed_metrics.input_name = input_changes.input_name
            and changed_metrics.activity_month >= input_changes.occurred_month
            and changed_metrics.known_date < input_changes.loaded_date
    group by changed_metrics.activity_month, changed_metrics.metric_name

)

select
    changed_metrics.activity_month,
    changed_metrics.metric_name,
    run_settings.as_of_date,
    changed_metrics.known_date as first_known_date,
    changed_metrics.first_known_value,
    changed_metrics.current_value,
    cast(coalesce(changed_metrics.current_value, 0) - changed_metrics.first_known_value as {{ type_amount() }})
        as difference_value,
    changed_metrics.is_closed,
    changed_metrics.published_value,
    cast(
        coalesce(changed_metrics.current_value, 0) - coalesce(changed_metrics.published_value, 0)
        as {{ type_amount() }}
    ) as adjustment_value,
    changed_metrics.adjusted_in_month,
    cast(coalesce(later_rows.late_row_count, 0) as {{ dbt.type_bigint() }}) as late_row_count,
    cast(coalesce(later_rows.corrected_row_count, 0) as {{ dbt.type_bigint() }}) as corrected_row_count,
    changed_metrics.has_changed_definition,
    case
        when later_rows.late_row_count > 0 and later_rows.corrected_row_count > 0 then 'late_and_corrected_rows'
        when later_rows.late_row_count > 0 then 'late_rows'
        when later_rows.corrected_row_count > 0 then 'corrected_rows'
        when changed_metrics.has_changed_definition then 'changed_definition'
        else 'unknown'
    end as restatement_cause
from changed_metrics
cross join run_settings
left join later_rows
    on
        changed_metrics.activity_month = later_rows.activity_month
        and changed_metrics.metric_name = later_rows.metric_name
