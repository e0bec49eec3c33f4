{#- dbt's ref, of this project's nodes: in another project dbt would look there first, for a model of the same name. A name with a project
    before it, `acme.our_plans`, is of that project. The var replacements says what stands in for a model or a seed. -#}
{% macro ref(name) -%}
    {%- set place = var('replacements').get(name, name).split('.') -%}
    {{ return(builtins.ref(*place) if place | length > 1 else builtins.ref('customer_value', place[0])) }}
{%- endmacro %}
