{#- First day of the month, as a date: date_trunc alone gives another type on each engine. -#}
{% macro month_start(day) %}cast({{ dbt.date_trunc('month', day) }} as date){% endmacro %}

{#- The day that many months later; the last day of the month where that day does not exist. -#}
{% macro add_months(day, months) %}{{ return(adapter.dispatch('add_months')(day, months)) }}{% endmacro %}
{% macro default__add_months(day, months) %}cast({{ day }} + interval (cast({{ months }} as integer)) month as date){% endmacro %}
{% macro postgres__add_months(day, months) %}cast({{ day }} + (interval '1 month') * ({{ months }}) as date){% endmacro %}
{% macro spark__add_months(day, months) %}add_months({{ day }}, {{ months }}){% endmacro %}

{#- Whole months from one month's first day to another's. -#}
{% macro months_between(first_month, last_month) -%}
    cast(
        (extract(year from {{ last_month }}) - extract(year from {{ first_month }})) * 12
        + (extract(month from {{ last_month }}) - extract(month from {{ first_month }}))
        as {{ dbt.type_int() }}
    )
{%- endmacro %}

{#- Days from one date to another: dates subtract to an integer, or to an interval on Spark. -#}
{% macro days_between(first_day, last_day) %}{{ return(adapter.dispatch('days_between')(first_day, last_day)) }}{% endmacro %}
{% macro default__days_between(first_day, last_day) %}cast(({{ last_day }}) - ({{ first_day }}) as {{ dbt.type_int() }}){% endmacro %}
{% macro spark__days_between(first_day, last_day) %}datediff({{ last_day }}, {{ first_day }}){% endmacro %}
