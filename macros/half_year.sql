{#- The half-year of a day, as text: 2025 H1. -#}
{% macro half_year(day) -%}
    cast(extract(year from {{ day }}) as {{ dbt.type_string() }})
    || case when extract(month from {{ day }}) <= 6 then ' H1' else ' H2' end
{%- endmacro %}
