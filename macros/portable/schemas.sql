{#- Whether a database belongs to one target, so that a schema needs no name of its own for each. -#}
{% macro has_bare_schema_names() %}{{ return(adapter.dispatch('has_bare_schema_names')()) }}{% endmacro %}
{% macro default__has_bare_schema_names() %}{{ return(false) }}{% endmacro %}
{% macro duckdb__has_bare_schema_names() %}{{ return(true) }}{% endmacro %}

{#- Whether the load of files makes the inputs visible, as the contract wants them. -#}
{% macro reads_files() %}{{ return(adapter.dispatch('reads_files')()) }}{% endmacro %}
{% macro default__reads_files() %}{{ return(false) }}{% endmacro %}
{% macro duckdb__reads_files() %}{{ return(project_name == 'customer_value') }}{% endmacro %}
