{#- What values of the columns that name a row stand in several rows of a relation. -#}
{% macro repeated_keys(relation, key_columns) -%}
    select {{ key_columns | join(', ') }}, count(*) as row_count
    from {{ relation }}
    group by {{ key_columns | join(', ') }}
    having count(*) > 1
{%- endmacro %}

{#- Which rules (name -> condition) do not hold for every row of a relation, and how many rows break each. -#}
{% macro broken_rules(relation, expressions) -%}
    select broken_rule, count(*) as row_count
    from (
        select
            case
                {%- for name, condition in expressions.items() %}
                when not coalesce({{ condition }}, false) then '{{ name }}'
                {%- endfor %}
            end as broken_rule
        from {{ relation }}
    ) as checked
    where broken_rule is not null
    group by broken_rule
{%- endmacro %}

{#- The tests of keys and rules of this project's models and seeds; a filter looks through the nodes ten times faster than a loop does. -#}
{% macro tests_in_models() %}
    {%- set tests = graph.nodes.values() | selectattr('test_metadata', 'defined') | selectattr('test_metadata') -%}
    {{ return(tests
        | selectattr('test_metadata.name', 'in', ['unique_combination_of_columns', 'expression_is_true'])
        | selectattr('package_name', 'equalto', 'customer_value') | list) }}
{% endmacro %}

{#- Whether a run of the command line builds: it leaves these tests out, each of which costs dbt a node, ten times what its query does;
    a model checks its key and its rules itself, as soon as it is built. dbt without the command line runs the tests. -#}
{% macro is_checked_in_models() -%}
    {{ return(env_var('CUSTOMER_VALUE_PUBLISHES', '') != '') }}
{%- endmacro %}

{#- The rows that a model has just made: of one that builds add to and that names the column with the build of a row, those of the last.
    Their keys hold the day or the month, of which all rows are replaced: no row that was checked before has them. -#}
{% macro made_rows() -%}
    {%- set build_column = config.get('meta', {}).get('build_column') -%}
    {%- if build_column -%}
        (select * from {{ this }} where {{ build_column }} = (select max({{ build_column }}) from {{ this }})) as made_rows
    {%- else -%}
        {{ this }}
    {%- endif -%}
{%- endmacro %}

{#- What a model has to check itself: the queries that find rows which share a key, or break a rule, and what the model then says. Tests
    are looked up once a run, for dbt passes through a thousand nodes for each model that asks. -#}
{% macro model_checks() -%}
    {%- set checks = [] -%}
    {%- if execute and is_checked_in_models() -%}
        {%- if 'tests_by_model' not in graph -%}
            {%- set tests_by_model = {} -%}
            {%- for test in tests_in_models() -%}
                {%- do tests_by_model.setdefault(test.attached_node, []).append(test.test_metadata.kwargs) -%}
            {%- endfor -%}
            {%- do graph.update({'tests_by_model': tests_by_model}) -%}
        {%- endif -%}
        {%- for arguments in graph.tests_by_model.get(model.unique_id, []) -%}
            {%- if 'combination_of_columns' in arguments -%}
                {%- set query = repeated_keys(made_rows(), arguments.combination_of_columns) -%}
                {%- set rule = 'One row per ' ~ arguments.combination_of_columns | join(', ') ~ ' does not hold: ' -%}
            {%- else -%}
                {%- set expressions = {} -%}
                {%- for name, condition in arguments.expressions.items() -%}
                    {%- do expressions.update({name: render(condition)}) -%}
                {%- endfor -%}
                {%- set query = broken_rules(made_rows(), expressions) -%}
                {%- set rule = 'Rules do not hold: ' -%}
            {%- endif -%}
            {%- do checks.append({'query': query ~ ' limit 1', 'error': rule ~ query}) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(checks) }}
{%- endmacro %}

{#- After a model or a seed whose statement has not checked it: where its key or a rule does not hold, it has failed as by its test, and
    its rows stay, for what is wrong is read from them. Not after the transaction: Spark has no such hooks. -#}
{% macro check_model() %}
    {%- if not is_checked_as_made() -%}
        {%- for check in model_checks() if run_query(check.query) | length -%}
            {%- do drop_relation_if_exists(load_cached_relation(make_backup_relation(this, none))) -%}
            {%- do adapter.commit() -%}
            {%- do exceptions.raise_compiler_error(check.error) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
