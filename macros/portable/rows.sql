{#- Columns <signal>_<column> of a CTE, one below the other: a row for each signal, beside the columns `keys`. -#}
{% macro signal_rows(relation, keys, columns) %}{{ return(adapter.dispatch('signal_rows')(relation, keys, columns)) }}{% endmacro %}
{% macro default__signal_rows(relation, keys, columns) -%}
    {%- for signal in health_signals() %}
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        {%- for column in columns %}
        {{ signal }}_{{ column }} as {{ column }},
        {%- endfor %}
        '{{ signal }}' as signal_name
    from {{ relation }}
    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}
{%- endmacro %}
{#- Spark would compute the CTE for each of them. -#}
{% macro spark__signal_rows(relation, keys, columns) -%}
    {%- set values = [] -%}
    {%- for signal in health_signals() -%}
        {%- for column in columns -%}
            {%- do values.append(signal ~ '_' ~ column) -%}
        {%- endfor -%}
        {%- do values.append("'" ~ signal ~ "'") -%}
    {%- endfor %}
    select
        {%- for key in keys %}
        {{ key }},
        {%- endfor %}
        {%- for column in columns %}
        {{ column }},
        {%- endfor %}
        signal_name
    from {{ relation }}
    lateral view stack({{ health_signals() | length }}, {{ values | join(', ') }}) as {{ columns | join(', ') }}, signal_name
{%- endmacro %}
