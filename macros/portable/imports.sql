{#- Postgres keeps a copy of each CTE that is read twice, and knows nothing of what is in it: joins of import CTEs would take a minute
    in place of a moment. They are read in place there, and each table is analyzed as soon as it is made. -#}
{% macro with_imports_in_place(sql) -%}
    {{ return(modules.re.sub('(?m)^(\w+) as \((select \* from \S+)\)(,?)$', '\\1 as not materialized (\\2)\\3', sql)) }}
{%- endmacro %}
{% macro postgres__create_table_as(temporary, relation, sql) -%}
    {{ dbt.postgres__create_table_as(temporary, relation, with_imports_in_place(sql)) }}
    {%- if not temporary %}
    ;
    analyze {{ relation }}
    {%- endif %}
{%- endmacro %}
{% macro postgres__create_view_as(relation, sql) -%}
    {{ dbt.default__create_view_as(relation, with_imports_in_place(sql)) }}
{%- endmacro %}

{#- At the end of a CTE of which each expression is read many times by the next one. Postgres would put each in place of its name, again
    and again: of three such CTEs on end it made a plan of 22 GB. An offset keeps it from that; DuckDB computes the columns of a CTE once. -#}
{% macro computed_once() %}{{ return(adapter.dispatch('computed_once')()) }}{% endmacro %}
{% macro default__computed_once() %}{% endmacro %}
{% macro postgres__computed_once() %} offset 0{% endmacro %}
