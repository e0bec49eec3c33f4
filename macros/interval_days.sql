{#- Days of a billing interval, in a year of 365. -#}
{% macro interval_days(billing_interval, interval_count) -%}
    coalesce({{ interval_count }}, 1) * case {{ billing_interval }} when 'year' then 4380 when 'month' then 365 when 'week' then 84 else 12 end / 12.0
{%- endmacro %}
