{#- Where a layer is built. On DuckDB the schema bears the layer's name: readers find `marts`, not `main_marts`. On a server
    each target builds into schemas of its own, `<target schema>_<layer>`, unless the var bare_schema_names says otherwise. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set is_bare = has_bare_schema_names() if var('bare_schema_names') is none else var('bare_schema_names') -%}
    {%- if custom_schema_name is none -%}
        {{ return(target.schema) }}
    {%- endif -%}
    {{ return(custom_schema_name if is_bare else target.schema ~ '_' ~ custom_schema_name) }}
{%- endmacro %}
