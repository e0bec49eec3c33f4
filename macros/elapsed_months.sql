{#- Whole months that have passed from one day to another: on the 31st of January plus one month the last of February. -#}
{% macro elapsed_months(first_day, last_day) -%}
    {{ months_between(first_day, last_day) }}
    - case when {{ add_months(first_day, months_between(first_day, last_day)) }} > {{ last_day }} then 1 else 0 end
{%- endmacro %}
