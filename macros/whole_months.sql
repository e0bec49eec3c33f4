{#- Days as whole months, rounded, of 30.4375 days each: 48 months of four years are 1,461 days. -#}
{% macro whole_months(days) -%}
    cast(floor(cast({{ days }} as {{ type_double() }}) * 48 / 1461 + 0.5) as {{ dbt.type_int() }})
{%- endmacro %}
