{#- The value of a property of HubSpot: a column of its own (dlt), one with a prefix (Fivetran, Airbyte), or within JSON (the API). -#}
{% macro hubspot_property(rows, name, kind='text') %}{{ landed(rows, ['properties.' ~ name, 'property_' ~ name, name], kind) }}{% endmacro %}
