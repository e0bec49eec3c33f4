{#- The ISO 3166 two-letter code of a country that is given as a code or by a name of the seed country_names; null where it is neither. -#}
{% macro country_code(text) -%}
    coalesce((select max(known_names.country_code) from {{ ref('country_names') }} as known_names where known_names.country_name = lower(trim({{ text }}))), case when length(trim({{ text }})) = 2 then upper(trim({{ text }})) end)
{%- endmacro %}
