-- Every row of every input is staged, superseded or rejected. What is staged stands in staging: no more than that, and
-- all of it where the as-of day is not before the newest load.
with

staged_rows as (
    {% for input_name in input_names() if input_name != 'usage_events' %}
    select
        '{{ input_name }}' as input_name,
        count(*) as row_count
    from {{ ref('stg_' ~ input_name) }}
    {% if input_name in ['customers', 'plans'] %}where not is_inferred{% endif %}
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
)

select
    inputs.input_name,
    inputs.raw_row_count,
    inputs.staged_row_count,
    inputs.superseded_row_count,
    inputs.rejected_row_count,
    staged_rows.row_count
from {{ ref('input_reconciliation') }} as inputs
cross join {{ ref('run_settings') }} as run_settings
left join staged_rows on inputs.input_name = staged_rows.input_name
where
    inputs.raw_row_count <> inputs.staged_row_count + inputs.superseded_row_count + inputs.rejected_row_count
    or staged_rows.row_count > inputs.staged_row_count
    or (
        staged_rows.row_count < inputs.staged_row_count
        and cast(inputs.newest_loaded_at as date) <= run_settings.as_of_date
    )
