{#- Steps of a fit on a relation: none while it is empty, so that a company with nothing to fit does not wait for their planning;
    a unit test takes them all. -#}
{% macro fit_step_count(relation, step_count, condition='true') -%}
    {%- if model.resource_type == 'unit_test' -%}
        {{ return(step_count) }}
    {%- elif execute and load_relation(relation) is not none -%}
        {%- set found = run_query('select 1 as found from ' ~ relation ~ ' where ' ~ condition ~ ' limit 1') -%}
        {{ return(step_count if found.rows | length > 0 else 0) }}
    {%- endif -%}
    {{ return(0) }}
{%- endmacro %}
