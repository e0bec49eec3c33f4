-- Every row of every input is staged, superseded or rejected. What is staged stands in staging: no more than that, and
-- all of it where the as-of day is not before the newest load. What is rejected stands in rejected_rows.
with

staged_rows as (
    {% for input_name in input_names() if input_name != 'usage_events' %}
    select
        '{{ input_name }}' as input_name,
        count(*) as row_count
    from {{ ref('stg_' ~ input_name) }}
    {% if input_name in ['customers', 'plans'] %}where not is_inferred{% endif %}

    union all
    {% endfor %}
    -- Events are staged by the day, where usage is not switched off.
    select
        'usage_events' as input_name,
        cast(null as {{ dbt.type_bigint() }}) as row_count
    where {{ 'usage' not in var('disabled_branches') }}
),

rejected_rows as (

    select
        input_name,
        count(*) as row_count
    from {{ ref('rejected_rows') }}
    group by input_name

)

select
    staged_rows.input_name,
    inputs.raw_row_count,
    inputs.staged_row_count,
    inputs.superseded_row_count,
    inputs.rejected_row_count,
    staged_rows.row_count as staging_row_count,
    rejected_rows.row_count as shown_row_count
from staged_rows
cross join {{ ref('run_settings') }} as run_settings
left join {{ ref('input_reconciliation') }} as inputs on staged_rows.input_name = inputs.input_name
left join rejected_rows on staged_rows.input_name = rejected_rows.input_name
where
    inputs.input_name is null
    or inputs.rejected_row_count <> coalesce(rejected_rows.row_count, 0)
    or inputs.raw_row_count <> inputs.staged_row_count + inputs.superseded_row_count + inputs.rejected_row_count
    or staged_rows.row_count > inputs.staged_row_count
    or (
        staged_rows.row_count < inputs.staged_row_count
        and cast(inputs.newest_loaded_at as date) <= run_settings.as_of_date
    )
