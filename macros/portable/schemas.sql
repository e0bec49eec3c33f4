{#- Whether a database belongs to one target, so that a schema needs no name of its own for each. -#}
{% macro has_bare_schema_names() %}{{ return(adapter.dispatch('has_bare_schema_names')()) }}{% endmacro %}
{% macro default__has_bare_schema_names() %}{{ return(false) }}{% endmacro %}
{% macro duckdb__has_bare_schema_names() %}{{ return(true) }}{% endmacro %}
