{#- The first two derivatives of the logarithm of the gamma function, by Stirling's series once the argument is 8 or more: no
    engine has them, and not all have the function itself. -#}
{% macro digamma(argument) -%}
    (
        ln({{ argument }} + 8) - 1 / (2 * ({{ argument }} + 8)) - power({{ argument }} + 8, -2) / 12
        + power({{ argument }} + 8, -4) / 120 - power({{ argument }} + 8, -6) / 252
        {%- for shift in range(8) %} - 1 / ({{ argument }} + {{ shift }}){% endfor %}
    )
{%- endmacro %}

{% macro trigamma(argument) -%}
    (
        1 / ({{ argument }} + 8) + power({{ argument }} + 8, -2) / 2 + power({{ argument }} + 8, -3) / 6
        - power({{ argument }} + 8, -5) / 30 + power({{ argument }} + 8, -7) / 42
        {%- for shift in range(8) %} + power({{ argument }} + {{ shift }}, -2){% endfor %}
    )
{%- endmacro %}
