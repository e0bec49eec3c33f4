{#- dbt's ref, of this project's nodes: in another project dbt would look there first, for a model of the same name. A name with a project
    before it, `acme.our_plans`, is of that project. The var replacements says what stands in for a model or a seed, but for the tests that
    are written for it; of a model in one of the disabled_branches others read nulls. -#}
{% macro ref(name) -%}
    {%- for branch in var('disabled_branches') if name in branch_interfaces().get(branch, {}) and model.resource_type == 'model' -%}
        {{ return(nulls_in_place_of(name, branch_interfaces()[branch][name])) }}
    {%- endfor -%}
    {%- set place = (name if model.test_metadata else var('replacements').get(name, name)).split('.') -%}
    {{ return(builtins.ref(*place) if place | length > 1 else builtins.ref('customer_value', place[0])) }}
{%- endmacro %}

{#- The columns of a model without a row, in their types; what has one row has one of nulls. -#}
{% macro nulls_in_place_of(name, columns) -%}
    {%- set values = [] -%}
    {%- for column, type in columns.items() -%}
        {%- do values.append('cast(null as ' ~ type_named(type) ~ ') as ' ~ column) -%}
    {%- endfor -%}
    {%- set rows = '' if name == 'int_tracking_start_dates' else ' where false' -%}
    {{ return('(select ' ~ values | join(', ') ~ rows ~ ') as ' ~ name) }}
{%- endmacro %}
