{#- The months served at the last renewal by then: survival moves at renewals only. -#}
{% macro at_last_renewal(months, renewal_months) -%}
    {{ months }} - mod({{ months }}, {{ renewal_months }})
{%- endmacro %}
