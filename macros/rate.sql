{#- A ratio with eight decimals; null when there is nothing to divide by. -#}
{% macro rate(numerator, denominator) -%}
    cast(
        cast({{ numerator }} as {{ type_double() }}) / nullif(cast({{ denominator }} as {{ type_double() }}), 0)
        as {{ type_rate() }}
    )
{%- endmacro %}
