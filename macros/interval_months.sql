{#- Months from one bill to the next. What is billed by the day or the week renews each month; the maximum is a
    century. -#}
{% macro interval_months(billing_interval, interval_count) -%}
    least(
        case {{ billing_interval }} when 'year' then 12 * {{ interval_count }} when 'month' then {{ interval_count }} else 1 end,
        1200
    )
{%- endmacro %}
