{#- A billing interval in words: month, year, 3 months. -#}
{% macro interval_name(billing_interval, interval_count) -%}
    case
        when {{ interval_count }} = 1 then {{ billing_interval }}
        else cast({{ interval_count }} as {{ dbt.type_string() }}) || ' ' || {{ billing_interval }} || 's'
    end
{%- endmacro %}
