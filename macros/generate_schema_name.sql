{#- Where a layer is built. In this project on DuckDB the schema bears the layer's name: readers find `marts`, not `main_marts`. On a
    server each target builds into schemas of its own, `<target schema>_<layer>`; as a package in another project into
    `<target schema>_customer_value_<layer>`. The var bare_schema_names says otherwise. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set is_own_project = project_name == 'customer_value' -%}
    {%- set is_bare = (is_own_project and has_bare_schema_names()) if var('bare_schema_names') is none else var('bare_schema_names') -%}
    {%- if custom_schema_name is none -%}
        {{ return(target.schema) }}
    {%- endif -%}
    {%- set prefix = target.schema ~ ('_' if is_own_project else '_customer_value_') -%}
    {{ return(custom_schema_name if is_bare else prefix ~ custom_schema_name) }}
{%- endmacro %}
