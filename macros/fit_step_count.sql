{#- Steps of a fit on a relation: none while it is empty, so that a company without such customers does not wait for their planning. -#}
{% macro fit_step_count(relation, step_count) -%}
    {%- if execute and load_relation(relation) is not none -%}
        {%- set found = run_query('select 1 as found from ' ~ relation ~ ' limit 1') -%}
        {{ return(step_count if found.rows | length > 0 else 0) }}
    {%- endif -%}
    {{ return(0) }}
{%- endmacro %}
