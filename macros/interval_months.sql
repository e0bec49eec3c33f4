{#- Months from one bill to the next. What is billed by the day or the week renews each month; the maximum is a
    century. -#}
{% macro interval_months(billing_interval, interval_count) -%}
    {%- set count = 'coalesce(' ~ interval_count ~ ', 1)' -%}
    least(case {{ billing_interval }} when 'year' then 12 * {{ count }} when 'month' then {{ count }} else 1 end, 1200)
{%- endmacro %}
