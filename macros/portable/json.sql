{#- A value within a text of JSON as text, by the names that lead to it; null where the text is no JSON object or has no such value. -#}
{% macro json_value(text, names) %}{{ return(adapter.dispatch('json_value')(text, names)) }}{% endmacro %}
{% macro default__json_value(text, names) -%}
    case when left({{ text }}, 1) = '{' then try(json_extract_string({{ text }}, '$.{{ names | join('.') }}')) end
{%- endmacro %}
{% macro postgres__json_value(text, names) -%}
    case when left(cast({{ text }} as text), 1) = '{' then cast({{ text }} as jsonb) #>> '{ {{- names | join(',') -}} }' end
{%- endmacro %}
{% macro spark__json_value(text, names) %}get_json_object({{ text }}, '$.{{ names | join('.') }}'){% endmacro %}

{#- Each element of a text that is a list of JSON, as a join to a relation of that alias with the text `element`. -#}
{% macro join_json_elements(text, alias) %}{{ return(adapter.dispatch('join_json_elements')(text, alias)) }}{% endmacro %}
{% macro default__join_json_elements(text, alias) -%}
    cross join unnest(cast(case when left({{ text }}, 1) = '[' then {{ text }} end as json [])) as {{ alias }} (element)
{%- endmacro %}
{% macro postgres__join_json_elements(text, alias) -%}
    cross join lateral jsonb_array_elements(case when left({{ text }}, 1) = '[' then cast({{ text }} as jsonb) end) as {{ alias }} (element)
{%- endmacro %}
{% macro spark__join_json_elements(text, alias) -%}
    cross join lateral (select explode(from_json({{ text }}, 'array<string>')) as element) as {{ alias }}
{%- endmacro %}

{#- A column of a nested type as a text of JSON. -#}
{% macro json_of(column) %}{{ return(adapter.dispatch('json_of')(column)) }}{% endmacro %}
{% macro default__json_of(column) %}cast(to_json({{ column }}) as {{ dbt.type_string() }}){% endmacro %}

{#- A text as a number; null where it is none. -#}
{% macro number_in(text) %}{{ return(adapter.dispatch('number_in')(text)) }}{% endmacro %}
{% macro default__number_in(text) %}try_cast({{ text }} as {{ type_double() }}){% endmacro %}
{% macro postgres__number_in(text) -%}
    case when {{ text }} ~ '^[+-]?\d+(\.\d*)?([eE][+-]?\d+)?$' then cast({{ text }} as {{ type_double() }}) end
{%- endmacro %}

{#- Seconds since 1970 as an instant in UTC. -#}
{% macro instant_of_seconds(seconds) %}{{ return(adapter.dispatch('instant_of_seconds')(seconds)) }}{% endmacro %}
{% macro default__instant_of_seconds(seconds) %}make_timestamp(cast({{ seconds }} * 1000000 as {{ dbt.type_bigint() }})){% endmacro %}
{% macro postgres__instant_of_seconds(seconds) %}to_timestamp({{ seconds }}) at time zone 'UTC'{% endmacro %}
{% macro spark__instant_of_seconds(seconds) %}timestamp_micros(cast({{ seconds }} * 1000000 as bigint)){% endmacro %}

{#- A text with a date and a time as an instant in UTC; null where it is none. -#}
{% macro instant_in(text) %}{{ return(adapter.dispatch('instant_in')(text)) }}{% endmacro %}
{% macro default__instant_in(text) %}(try_cast({{ text }} as timestamptz) at time zone 'UTC'){% endmacro %}
{% macro postgres__instant_in(text) -%}
    case when {{ text }} ~ '^\d{4}-\d\d-\d\d' then cast({{ text }} as timestamptz) at time zone 'UTC' end
{%- endmacro %}
{% macro spark__instant_in(text) %}try_cast({{ text }} as timestamp){% endmacro %}
