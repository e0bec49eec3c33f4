{#- A ratio with eight decimals; null where the denominator is 0 or null. -#}
{% macro rate(numerator, denominator) -%}
    {{ as_rate(
        'cast(' ~ numerator ~ ' as ' ~ type_double() ~ ') / nullif(cast(' ~ denominator ~ ' as ' ~ type_double() ~ '), 0)'
    ) }}
{%- endmacro %}
