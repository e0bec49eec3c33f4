{#- A ratio with eight decimals; null where the denominator is 0 or null. -#}
{% macro rate(numerator, denominator) -%}
    cast(
        cast({{ numerator }} as {{ type_double() }}) / nullif(cast({{ denominator }} as {{ type_double() }}), 0)
        as {{ type_rate() }}
    )
{%- endmacro %}
