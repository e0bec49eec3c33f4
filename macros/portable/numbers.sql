{#- The whole numbers 1 to n, as column n. -#}
{% macro numbers(n) %}{{ return(adapter.dispatch('numbers')(n)) }}{% endmacro %}
{% macro default__numbers(n) %}select cast(i as {{ dbt.type_int() }}) as n from generate_series(1, {{ n }}) as series (i){% endmacro %}
{% macro spark__numbers(n) %}select cast(id as int) as n from range(1, {{ n }} + 1){% endmacro %}

{#- A number rounded to some decimals, half away from 0. Postgres rounds floats to even, and to whole numbers only. -#}
{% macro rounded(number, places=0) %}{{ return(adapter.dispatch('rounded')(number, places)) }}{% endmacro %}
{% macro default__rounded(number, places) %}round({{ number }}, {{ places }}){% endmacro %}
{% macro postgres__rounded(number, places) %}round(cast({{ number }} as numeric), {{ places }}){% endmacro %}
