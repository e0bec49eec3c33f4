{#- Money in the reporting currency. What is in it already is neither multiplied nor rounded: decimals take their time. -#}
{% macro converted_amount(amount, exchange_rate) -%}
    cast(
        case when {{ exchange_rate }} = 1 then {{ amount }} else {{ as_amount('(' ~ amount ~ ') * ' ~ exchange_rate) }} end
        as {{ type_amount() }}
    )
{%- endmacro %}
