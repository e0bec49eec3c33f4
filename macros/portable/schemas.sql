{#- Whether a database belongs to one target, so that a schema needs no name of its own for each. -#}
{% macro has_bare_schema_names() %}{{ return(adapter.dispatch('has_bare_schema_names')()) }}{% endmacro %}
{% macro default__has_bare_schema_names() %}{{ return(false) }}{% endmacro %}
{% macro duckdb__has_bare_schema_names() %}{{ return(true) }}{% endmacro %}

{#- Whether the load of files makes the inputs visible, as the contract wants them. -#}
{% macro reads_files() %}{{ return(adapter.dispatch('reads_files')()) }}{% endmacro %}
{% macro default__reads_files() %}{{ return(false) }}{% endmacro %}
{% macro duckdb__reads_files() %}{{ return(project_name == 'customer_value') }}{% endmacro %}
{% macro postgres__reads_files() %}{{ return(target.profile_name == 'customer_value' and not var('raw_schema')) }}{% endmacro %}
{% macro spark__reads_files() %}{{ return(target.profile_name == 'customer_value' and not var('raw_schema')) }}{% endmacro %}

{#- What the engine must be like: days are UTC's, texts are in the order of bytes. Stops the command with what to do. -#}
{% macro check_engine() %}{% if project_name == 'customer_value' %}{{ return(adapter.dispatch('check_engine')()) }}{% endif %}{% endmacro %}
{% macro default__check_engine() %}{% endmacro %}
{% macro postgres__check_engine() %}
    {%- set found = run_query("select current_setting('TimeZone') as zone, case when 'a' < 'B' then 1 else 0 end as is_by_language").rows[0] -%}
    {%- if found[0] not in ('UTC', 'Etc/UTC') -%}
        {%- do exceptions.raise_compiler_error(
            'Postgres: found the time zone ' ~ found[0] ~ ' in the session, expected UTC. Set it: export PGOPTIONS="-c TimeZone=UTC -c jit=off".'
        ) -%}
    {%- elif found[1] -%}
        {%- do exceptions.raise_compiler_error(
            'Postgres: found texts ordered by a language, expected the order of bytes. Make a database for it: create database customer_value '
            ~ "template template0 encoding 'UTF8' lc_collate 'C' lc_ctype 'C.UTF-8';"
        ) -%}
    {%- endif -%}
{% endmacro %}
