{#- The number of a month among the complete ones by the day of a row of `days`: 1 is the last, which may be the day's own. -#}
{% macro complete_months_back(activity_month, days) -%}
    ({{ months_between(activity_month, days ~ '.activity_month') }} + case when {{ days }}.is_partial_month then 0 else 1 end)
{%- endmacro %}
