{#- Money in the reporting currency. What is in it already is not multiplied: decimals take their time. -#}
{% macro converted_amount(amount, exchange_rate) -%}
    cast(
        case when {{ exchange_rate }} = 1 then {{ amount }} else ({{ amount }}) * {{ exchange_rate }} end
        as {{ type_amount() }}
    )
{%- endmacro %}
