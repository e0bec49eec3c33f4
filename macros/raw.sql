{#- The models that stand in for an input by the var `connectors`: named for it, or those of a connector that is named for a group of
    inputs, `billing: stripe`. What stands behind a connector's name says where its data come from, and changes nothing. -#}
{% macro connected_models(input_name) -%}
    {%- set models = [] -%}
    {%- for key, named in var('connectors').items() -%}
        {%- for name in ([named] if named is string else named) -%}
            {%- if key == input_name -%}
                {%- do models.append(name) -%}
            {%- elif key not in input_contracts() -%}
                {%- for connector, supplied in connector_models().items()
                    if (name ~ '_').startswith(connector ~ '_') and input_name in supplied -%}
                    {%- do models.append(supplied[input_name]) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(models | unique | list) }}
{%- endmacro %}

{#- An input of the contract: the source, or the connector's model that replaces it by the var `connectors`. -#}
{% macro raw(input_name) -%}
    {%- set models = connected_models(input_name) -%}
    {{- ref(models[0]) if models else source('raw', input_name) -}}
{%- endmacro %}

{#- A column of an input; null, of the contract's type, where the connector that stands in for the input does not write it.
    What the input validation makes visible has every column. -#}
{% macro raw_column(input_name, name, relation=none) -%}
    {%- set connector_model = connected_models(input_name) | first -%}
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
