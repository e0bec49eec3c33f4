{#- A row as text, `column=value; ...`, the same for the same values whatever the order of the rows. -#}
{% macro row_text(columns) -%}
    {%- for column in columns -%}
        '{{ column }}=' || coalesce({{ text_of(column) }}, '')
        {%- if not loop.last %} || '; ' || {% endif -%}
    {%- endfor -%}
{%- endmacro %}
