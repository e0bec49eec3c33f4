{#- What builds tell those that come after them: rows of kind and value in the table build_memory of the target schema. -#}
{% macro build_memory() -%}
    {{ return(api.Relation.create(database=target.database, schema=target.schema, identifier='build_memory')) }}
{%- endmacro %}

{#- Remember one value of a kind in place of what was remembered before. -#}
{% macro remember(kind, value) %}
    {%- do run_query('delete from ' ~ build_memory() ~ ' where kind = ' ~ dbt.string_literal(kind)) -%}
    {%- do run_query(
        'insert into ' ~ build_memory() ~ ' values (' ~ dbt.string_literal(kind) ~ ', ' ~ dbt.string_literal(value) ~ ')'
    ) -%}
{% endmacro %}

{#- Before a run: incremental models whose definition has changed since they were built are dropped, so that this run builds
    them in full. A definition is the SQL of the incremental models, of what they read, of staging and of the macros, and
    the vars in them. -#}
{% macro before_run() %}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- do check_vars() -%}
        {%- do adapter.create_schema(build_memory().without_identifier()) -%}
        {%- do run_query(
            'create table if not exists ' ~ build_memory()
            ~ ' (kind ' ~ dbt.type_string() ~ ', value ' ~ dbt.type_string() ~ ')'
        ) -%}
        {%- set incremental_nodes = graph.nodes.values()
            | selectattr('resource_type', 'equalto', 'model')
            | selectattr('config.materialized', 'equalto', 'incremental')
            | rejectattr('config.full_refresh', 'equalto', false) | list -%}
        {%- set sources = {} -%}
        {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.path.startswith('staging/') -%}
            {%- do sources.update({node.unique_id: node.raw_code}) -%}
        {%- endfor -%}
        {%- for node in incremental_nodes -%}
            {%- for unique_id in [node.unique_id] + node.depends_on.nodes -%}
                {%- if unique_id in graph.nodes -%}
                    {%- do sources.update({unique_id: graph.nodes[unique_id].raw_code}) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- for unique_id in node.depends_on.macros if unique_id.startswith('macro.' ~ project_name ~ '.') -%}
                {%- do sources.update({unique_id: graph.macros[unique_id].macro_sql if graph.macros else ''}) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for name in ['connectors', 'earliest_date', 'number_limit', 'usage_window_days'] -%}
            {%- do sources.update({name: var(name) | string}) -%}
        {%- endfor -%}
        {%- set definition_id = local_md5(sources | dictsort | string) -%}
        {%- set built = run_query(
            'select value from ' ~ build_memory() ~ " where kind = 'incremental_definition'"
        ).columns[0].values() | list -%}
        {%- if built != [definition_id] -%}
            {%- for node in incremental_nodes -%}
                {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
                {%- if relation is not none -%}
                    {{ log(node.name ~ ': what it is made of has changed, it is built in full.', info=true) }}
                    {%- do adapter.drop_relation(relation) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- do remember('incremental_definition', definition_id) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{#- After a build of everything in which nothing failed: only what it built may be published. -#}
{% macro after_run() %}
    {%- if execute and flags.WHICH == 'build' -%}
        {%- set built = results | map(attribute='node.unique_id') | list -%}
        {%- set missing = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
            | rejectattr('unique_id', 'in', built) | list -%}
        {%- set failed = results | selectattr('status', 'in', ['error', 'fail', 'skipped', 'runtime error']) | list -%}
        {%- if not missing and not failed -%}
            {%- do remember('passed_build', invocation_id) -%}
            {%- do remember('passed_test_count', results | selectattr('status', 'equalto', 'pass') | list | length | string) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
