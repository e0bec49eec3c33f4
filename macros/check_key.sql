{#- What values of the columns that name a row stand in several rows of a relation. -#}
{% macro repeated_keys(relation, key_columns) -%}
    select {{ key_columns | join(', ') }}, count(*) as row_count
    from {{ relation }}
    group by {{ key_columns | join(', ') }}
    having count(*) > 1
{%- endmacro %}

{#- The uniqueness tests of all models; a filter looks through the nodes ten times faster than a loop does. -#}
{% macro uniqueness_tests() %}
    {%- set tests = graph.nodes.values() | selectattr('test_metadata', 'defined') | selectattr('test_metadata') -%}
    {{ return(tests | selectattr('test_metadata.name', 'equalto', 'unique_combination_of_columns') | list) }}
{% endmacro %}

{#- Whether a run of the command line builds: it leaves the uniqueness tests out, each of which costs dbt a node, ten times what its
    query does; a model checks its key itself, as soon as it is built. dbt without the command line runs the tests. -#}
{% macro checks_keys() -%}
    {{ return(env_var('CUSTOMER_VALUE_PUBLISHES', '') != '') }}
{%- endmacro %}

{#- After a model: where its key is not unique, the model has failed as by its test, and names the query that finds the rows. -#}
{% macro check_key() %}
    {%- if execute and checks_keys() -%}
        {%- for test in uniqueness_tests() | selectattr('attached_node', 'equalto', model.unique_id) -%}
            {%- set key_columns = test.test_metadata.kwargs.combination_of_columns -%}
            {%- set query = repeated_keys(this, key_columns) -%}
            {%- if run_query(query ~ ' limit 1') | length -%}
                {%- do exceptions.raise_compiler_error('One row per ' ~ key_columns | join(', ') ~ ' does not hold: ' ~ query) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
