-- Grain: one row per closed month: it ends by the var closed_until and before the month of the as-of day.
-- depends_on: {{ ref('published_builds') }}
{%- set open_month = first_open_month() %}
{%- set earlier_months = earlier_rows('closed_mrr_months') %}
with

months as (select * from {{ ref('int_months') }}),

run_settings as (select * from {{ ref('run_settings') }}),

{% if earlier_months -%}
-- Of builds that were not published neither a closing counts nor a reopening.
closings as (

    select
        kept.activity_month,
        kept.build_id,
        kept.closing_mrr_amount,
        kept.active_customer_count,
        row_number() over (
            partition by kept.activity_month order by kept.known_date asc, kept.build_id asc
        ) as closing_number
    from {{ earlier_months }} as kept
    where
        {{ is_published('kept.build_id') }}
        and (kept.reopened_build_id is null or not {{ is_published('kept.reopened_build_id') }})

),
{%- else -%}
closings as (

    select
        activity_month,
        cast(null as {{ dbt.type_string() }}) as build_id,
        cast(null as {{ type_amount() }}) as closing_mrr_amount,
        cast(null as {{ dbt.type_bigint() }}) as active_customer_count,
        0 as closing_number
    from months
    where 1 = 0

),
{%- endif %}

candidates as (

    select activity_month
    from months

    union distinct

    select activity_month
    from closings

)

select
    candidates.activity_month,
    coalesce(candidates.activity_month <= max(closings.activity_month) over (), false) as is_kept,
    coalesce(candidates.activity_month = max(closings.activity_month) over (), false) as is_last_kept,
    coalesce(closings.build_id, run_settings.build_id) as build_id,
    closings.closing_mrr_amount,
    closings.active_customer_count
from candidates
cross join run_settings
left join closings on candidates.activity_month = closings.activity_month and closings.closing_number = 1
where
    candidates.activity_month < {{ month_start('run_settings.as_of_date') }}
    and candidates.activity_month < {{ open_month or 'cast(null as date)' }}
