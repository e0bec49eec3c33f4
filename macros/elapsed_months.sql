{#- Whole months elapsed from one day to another: 31 January plus one month is the last day of February. -#}
{% macro elapsed_months(first_day, last_day) -%}
    {{ months_between(first_day, last_day) }}
    - case when {{ add_months(first_day, months_between(first_day, last_day)) }} > {{ last_day }} then 1 else 0 end
{%- endmacro %}
