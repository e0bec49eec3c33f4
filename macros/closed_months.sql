{#- The first month that is open by the var closed_until, as a date; none where nothing is closed. -#}
{% macro first_open_month() -%}
    {%- if execute and var('closed_until') -%}
        {%- set closed_until = modules.datetime.datetime.strptime(var('closed_until') | string, '%Y-%m-%d') -%}
        {%- set next_day = closed_until + modules.datetime.timedelta(days=1) -%}
        {{ return("cast('" ~ next_day.strftime('%Y-%m-01') ~ "' as date)") }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- What earlier builds have kept of closed months, by the name of its table in the history; none before the first of them, and
    where nothing is closed. The table reads the marts that read it, so that it is no `ref`. -#}
{% macro earlier_rows(name) -%}
    {%- if first_open_month() is not none -%}
        {{ return(adapter.get_relation(target.database or none, generate_schema_name('history', none), name)) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#- The kept rows that count, with whether they are of the last kept month, as a subquery. -#}
{% macro kept_rows(earlier_rows) -%}
    (
        select kept.*, closed_months.is_last_kept
        from {{ earlier_rows }} as kept
        inner join {{ ref('closed_months') }} as closed_months
            on kept.activity_month = closed_months.activity_month and kept.build_id = closed_months.build_id
        where closed_months.is_kept
    )
{%- endmacro %}

{#- Before a build keeps months: those that the var closed_until does not cover any more are open again. A build that is not
    published opens none. -#}
{% macro reopen_months() -%}
    {%- if earlier_rows(this.identifier) is not none -%}
        update {{ this }} set reopened_build_id = (select max(build_id) from {{ ref('run_settings') }})
        where
            activity_month >= {{ first_open_month() }}
            and (reopened_build_id is null or not {{ is_published('reopened_build_id') }})
    {%- endif -%}
{%- endmacro %}
