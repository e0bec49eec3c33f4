{#- An element of a list (macro landed_list) as a text: the value at one of some paths in it, else the element itself where it is a
    value. -#}
{% macro landed_element(rows, paths) -%}
    {%- if rows.columns is none -%}
        {%- set text = 'cast(' ~ rows.alias ~ '.element as ' ~ dbt.type_string() ~ ')' -%}
        coalesce({{ landed(rows, paths) }}, case when left({{ text }}, 1) <> '{' then nullif({{ stripped(text, "'\"'") }}, '') end)
    {%- else -%}
        {{ landed(rows, paths) }}
    {%- endif -%}
{%- endmacro %}
