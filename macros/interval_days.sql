{#- Days of a billing interval, on average: a month has 30.4375. -#}
{% macro interval_days(billing_interval, interval_count) -%}
    coalesce({{ interval_count }}, 1) * case {{ billing_interval }} when 'year' then 365.25 when 'month' then 30.4375 when 'week' then 7 else 1 end
{%- endmacro %}
