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

{#- The keys that a model has to check itself: the query that finds rows which share one, and what the model then says. Columns are
    looked up once a run, for dbt passes through a thousand nodes for each model that asks. -#}
{% macro key_checks() -%}
    {%- set checks = [] -%}
    {%- if execute and checks_keys() -%}
        {%- if 'keys_by_model' not in graph -%}
            {%- set keys_by_model = {} -%}
            {%- for test in uniqueness_tests() -%}
                {%- do keys_by_model.setdefault(test.attached_node, []).append(test.test_metadata.kwargs.combination_of_columns) -%}
            {%- endfor -%}
            {%- do graph.update({'keys_by_model': keys_by_model}) -%}
        {%- endif -%}
        {%- for key_columns in graph.keys_by_model.get(model.unique_id, []) -%}
            {%- set query = repeated_keys(this, key_columns) -%}
            {%- do checks.append({'query': query ~ ' limit 1',
                'error': 'One row per ' ~ key_columns | join(', ') ~ ' does not hold: ' ~ query}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(checks) }}
{%- endmacro %}

{#- After a model whose statement has not checked its key: where that is not unique, the model has failed as by its test. -#}
{% macro check_key() %}
    {%- for check in key_checks() if not is_checked_as_made() -%}
        {%- do exceptions.raise_compiler_error(check.error) if run_query(check.query) | length -%}
    {%- endfor -%}
{% endmacro %}
