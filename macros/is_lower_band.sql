{#- Whether a band of health is worse than another: red, amber, green. Onboarding and unknown are neither better nor worse. -#}
{% macro is_lower_band(status, than) -%}
    ({{ status }} = 'red' and {{ than }} in ('amber', 'green')) or ({{ status }} = 'amber' and {{ than }} = 'green')
{%- endmacro %}
