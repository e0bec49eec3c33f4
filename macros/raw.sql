{#- An input of the contract: the source, or the connector's model that the var `connectors` puts in its place. -#}
{% macro raw(input_name) -%}
    {%- set connector_model = var('connectors').get(input_name) -%}
    {{- ref(connector_model) if connector_model else source('raw', input_name) -}}
{%- endmacro %}
