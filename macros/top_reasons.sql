{#- The three top drivers of a group as text, the largest first: `rank` numbers the rows of the group from 1. -#}
{% macro top_reasons(rank, reason) -%}
    max(case when {{ rank }} = 1 then {{ reason }} end)
    || coalesce(max(case when {{ rank }} = 2 then '; ' || {{ reason }} end), '')
    || coalesce(max(case when {{ rank }} = 3 then '; ' || {{ reason }} end), '')
{%- endmacro %}
