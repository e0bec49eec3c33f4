{#- An input of the contract: the source, or the connector's model that replaces it by the var `connectors`. -#}
{% macro raw(input_name) -%}
    {%- set connector_model = var('connectors').get(input_name) -%}
    {{- ref(connector_model) if connector_model else source('raw', input_name) -}}
{%- endmacro %}
