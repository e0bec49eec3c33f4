{#- The whole numbers 1 to n, as column n. -#}
{% macro numbers(n) %}{{ return(adapter.dispatch('numbers')(n)) }}{% endmacro %}
{% macro default__numbers(n) %}select cast(i as {{ dbt.type_int() }}) as n from generate_series(1, {{ n }}) as series (i){% endmacro %}
{% macro spark__numbers(n) %}select cast(id as int) as n from range(1, {{ n }} + 1){% endmacro %}
