{#- An input of the contract: the source, or the connector's model that replaces it by the var `connectors`. -#}
{% macro raw(input_name) -%}
    {%- set connector_model = var('connectors').get(input_name) -%}
    {{- ref(connector_model) if connector_model else source('raw', input_name) -}}
{%- endmacro %}

{#- A column of an input; null, of the contract's type, where the connector that stands in for the input does not write it.
    What the input validation makes visible has every column. -#}
{% macro raw_column(input_name, name, relation=none) -%}
    {%- set connector_model = var('connectors').get(input_name) -%}
    {%- set written = [] -%}
    {%- if execute and connector_model -%}
        {%- for column in adapter.get_columns_in_relation(ref(connector_model)) -%}
            {%- do written.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set meta = input_contracts()[input_name].columns[name] -%}
    {%- if written and name not in written and not meta.is_required -%}
        {%- set types = {'string': dbt.type_string(), 'double': type_double()} -%}
        cast(null as {{ types.get(meta.type, meta.type) }})
    {%- else -%}
        {{ relation ~ '.' if relation }}{{ name }}
    {%- endif -%}
{%- endmacro %}
