{#- A value as a text, the same on every engine: Postgres writes a float of three as 3, DuckDB and Spark as 3.0. -#}
{% macro text_of(value) %}{{ return(adapter.dispatch('text_of')(value)) }}{% endmacro %}
{% macro default__text_of(value) %}cast({{ value }} as {{ dbt.type_string() }}){% endmacro %}
{% macro postgres__text_of(value) -%}
    case
        when cast(pg_typeof({{ value }}) as text) <> 'double precision' then cast({{ value }} as text)
        when cast({{ value }} as text) ~ '^-?[0-9]+$' then cast({{ value }} as text) || '.0'
        else replace(lower(cast({{ value }} as text)), 'infinity', 'inf')
    end
{%- endmacro %}

{#- A large float has an exponent there, and a decimal of 0 or nearly so, too. -#}
{% macro spark__text_of(value) -%}
    {%- set text = 'cast(' ~ value ~ ' as string)' -%}
    case
        when typeof({{ value }}) like 'decimal%' and {{ text }} like '%E%'
            then case when {{ text }} like '-%' then '-0' else '0' end || substr(
                cast(abs(cast({{ text }} as decimal(38, 18))) + 1 as string),
                2, 1 + cast(regexp_extract(typeof({{ value }}), ',([0-9]+)', 1) as int)
            )
        when typeof({{ value }}) <> 'double' then {{ text }}
        when {{ text }} like '%E%'
            then regexp_replace(regexp_replace(cast(cast({{ text }} as decimal(38, 18)) as string), '0+$', ''), '[.]$', '.0')
        else replace(lower({{ text }}), 'infinity', 'inf')
    end
{%- endmacro %}

{#- A text without some characters at both ends. -#}
{% macro stripped(text, characters) %}{{ return(adapter.dispatch('stripped')(text, characters)) }}{% endmacro %}
{% macro default__stripped(text, characters) %}trim({{ text }}, {{ characters }}){% endmacro %}
{% macro spark__stripped(text, characters) %}trim(both {{ characters }} from {{ text }}){% endmacro %}

{#- Whether a text may end with a blank. DuckDB looks at the last character, in two thirds of the time of five comparisons. -#}
{% macro ends_with_blank(text) %}{{ return(adapter.dispatch('ends_with_blank')(text)) }}{% endmacro %}
{% macro default__ends_with_blank(text) -%}
    {{ text }} like '% ' or {{ text }} like '%' || chr(9) or {{ text }} like '%' || chr(10) or {{ text }} like '%' || chr(13)
    or {{ text }} like '%' || chr(160)
{%- endmacro %}
{% macro duckdb__ends_with_blank(text) -%}
    substring({{ text }}, -1, 1) < '!' or substring({{ text }}, -1, 1) = chr(160)
{%- endmacro %}

{#- What a unit test compares, as texts: on Postgres a sum of decimals has no scale of its own, and 100 is not 100.00000000 to dbt. -#}
{% macro postgres__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
with
    dbt_internal_unit_test_actual as (select * from ({{ main_sql }}) as actual_rows),
    dbt_internal_unit_test_expected as (select * from ({{ expected_fixture_sql }}) as expected_rows)
    {%- for kind in ['actual', 'expected'] %}
    select
        {%- for column in expected_column_names %}
        case
            when cast(pg_typeof({{ column }}) as text) = 'numeric'
                then regexp_replace(regexp_replace(cast({{ column }} as text), '([.][0-9]*?)0+$', '\1'), '[.]$', '')
            else cast({{ column }} as text)
        end as {{ column }},
        {%- endfor %}
        '{{ kind }}' as "actual_or_expected"
    from dbt_internal_unit_test_{{ kind }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
