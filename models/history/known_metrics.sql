-- Grain: one row per build, month and metric (filter: no earlier published build knew it).
-- Append-only, no full refresh rebuilds it: first published values cannot be computed again.
-- depends_on: {{ ref('published_builds') }}
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='fail') }}
with

metric_months as (select * from {{ ref('metric_months') }}),

run_settings as (select * from {{ ref('run_settings') }}){% if is_incremental() %},

-- What was built and not published was never known.
known_metrics as (

    select distinct
        activity_month,
        metric_name
    from {{ this }}
    where {{ is_published('build_id') }}

){% endif %}

select
    metric_months.activity_month,
    metric_months.metric_name,
    metric_months.input_name,
    metric_months.metric_value,
    run_settings.as_of_date as known_date,
    run_settings.build_id,
    metric_months.definition_id
from metric_months
cross join run_settings
{%- if is_incremental() %}
left join known_metrics
    on
        metric_months.activity_month = known_metrics.activity_month
        and metric_months.metric_name = known_metrics.metric_name
where known_metrics.activity_month is null
{%- endif %}
