{#- Whether usage was tracked on that day already: only then is it known what a customer did since its start. -#}
{% macro is_tracked_since(usage_date, day) -%}
    coalesce({{ usage_date }} <= {{ day }}, false)
{%- endmacro %}
