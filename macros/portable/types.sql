{#- A 64-bit float: dbt.type_float() is 32-bit on DuckDB and Spark. -#}
{% macro type_double() %}{{ return(adapter.dispatch('type_double')()) }}{% endmacro %}
{% macro default__type_double() %}double{% endmacro %}
{% macro postgres__type_double() %}double precision{% endmacro %}

{#- Money and MRR: exact sums, so that totals agree whatever the order of the rows. -#}
{% macro type_amount() %}decimal(28, 8){% endmacro %}

{#- A product of decimals as money, rounded half away from 0. DuckDB rounds in two fifths of the time in which it casts to fewer decimals. -#}
{% macro as_amount(product) %}{{ return(adapter.dispatch('as_amount')(product)) }}{% endmacro %}
{% macro default__as_amount(product) %}cast({{ product }} as {{ type_amount() }}){% endmacro %}
{% macro duckdb__as_amount(product) %}cast(round({{ product }}, 8) as {{ type_amount() }}){% endmacro %}

{#- Floats added up as money: as decimals, for floats give another sum in another order of the rows. Rounded once: engines round what
    lies between two eighth decimals differently, and many rows would be as many units apart. -#}
{% macro sum_of_amounts(amount) %}{{ as_amount('sum(cast(' ~ amount ~ ' as decimal(38, 12)))') }}{% endmacro %}

{#- Ratios are computed as doubles and published with eight decimals, alike on every engine. -#}
{% macro type_rate() %}decimal(28, 8){% endmacro %}

{#- A float as a ratio. Postgres would round it to 15 digits first, and what lies between two eighth decimals otherwise than DuckDB. -#}
{% macro as_rate(number) %}{{ return(adapter.dispatch('as_rate')(number)) }}{% endmacro %}
{% macro default__as_rate(number) %}cast({{ number }} as {{ type_rate() }}){% endmacro %}
{% macro postgres__as_rate(number) -%}
    cast(cast(cast(floor(({{ number }}) * 100000000 + 0.5) as text) as numeric) * 0.00000001 as {{ type_rate() }})
{%- endmacro %}
{#- Spark would round the shortest text of it. -#}
{% macro spark__as_rate(number) -%}
    cast(cast(round(({{ number }}) * 100000000) as decimal(38, 0)) * 0.00000001 as {{ type_rate() }})
{%- endmacro %}

{#- Exchange rates: exact as well, so that converted amounts round alike on every engine. -#}
{% macro type_exchange_rate() %}decimal(18, 10){% endmacro %}

{#- A type as the contract and the models' properties name it, as the engine does. -#}
{% macro type_named(name) -%}
    {{ return({'string': dbt.type_string(), 'double': type_double(), 'month': 'date'}.get(name, name)) }}
{%- endmacro %}
