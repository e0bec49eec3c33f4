{#- Columns as they were in the row before, by the name earlier_<column>: a select list, as input_columns is. -#}
{% macro earlier_columns(columns, keys, instant='changed_at') -%}
    {%- for column in columns -%}
    lag({{ column }}) over (partition by {{ keys }} order by {{ instant }}) as earlier_{{ column }}{{ ',' if not loop.last }}
    {% endfor %}
{%- endmacro %}

{#- Whether a row differs from the row before in one of the columns. -#}
{% macro differs_from_earlier(columns, relation=none) -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {%- for column in columns -%}
    {{ prefix }}{{ column }} is distinct from {{ prefix }}earlier_{{ column }}{{ ' or ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}
