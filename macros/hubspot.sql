{#- What HubSpot's models share. -#}

{#- Where properties of HubSpot may stand: within JSON (the API), in a column with a prefix (Fivetran, Airbyte), or of their own (dlt). -#}
{% macro hubspot_paths(names) -%}
    {%- set paths = [] -%}
    {%- for name in ([names] if names is string else names) -%}
        {%- do paths.extend(['properties.' ~ name, 'property_' ~ name, name]) -%}
    {%- endfor -%}
    {{ return(paths) }}
{%- endmacro %}

{#- The value of a property as a text, a number, an instant or a boolean; of several properties the first that is not null. -#}
{% macro hubspot_property(rows, names, kind='text') %}{{ landed(rows, hubspot_paths(names), kind) }}{% endmacro %}

{#- Whether a record was deleted, of which loaders say it in different columns. -#}
{% macro hubspot_is_deleted(rows) -%}
    {%- set flags = [] -%}
    {%- for name in ['is_deleted', '_fivetran_deleted', 'archived'] -%}
        {%- do flags.append('coalesce(' ~ landed(rows, name, 'boolean') ~ ', false)') -%}
    {%- endfor -%}
    {{ flags | join(' or ') }}
{%- endmacro %}
