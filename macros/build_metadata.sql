{#- Build metadata: what a build records for the next one, as rows of kind and value, in the schema of the history, which nothing drops. -#}
{% macro build_metadata() -%}
    {%- set beside = graph.nodes['model.customer_value.known_metrics'] if execute else this -%}
    {{ return(api.Relation.create(database=beside.database, schema=beside.schema, identifier='build_metadata')) }}
{%- endmacro %}

{#- Record one value of a kind in place of the earlier one. -#}
{% macro record(kind, value) %}
    {%- do run_query(delete_rows(build_metadata(), 'kind = ' ~ dbt.string_literal(kind))) -%}
    {%- do run_query(
        'insert into ' ~ build_metadata() ~ ' values (' ~ dbt.string_literal(kind) ~ ', ' ~ dbt.string_literal(value) ~ ')'
    ) -%}
{% endmacro %}

{#- A warehouse of an earlier layout holds its history in other schemas, under other names: it moves to the schema
    history, which is made here. -#}
{% macro carry_history_over() %}
    {%- set moves = [
        (target.schema, 'build_memory', build_metadata()),
        (generate_schema_name('intermediate', none), 'int_known_metrics',
            build_metadata().incorporate(path={'identifier': 'known_metrics'})),
    ] -%}
    {%- set found = [] -%}
    {%- for schema, name, place in moves -%}
        {%- set earlier = adapter.get_relation(target.database or none, schema, name) -%}
        {%- if earlier is not none and adapter.get_relation(place.database, place.schema, place.identifier) is none -%}
            {%- do found.append((earlier, place)) -%}
        {%- endif -%}
    {%- endfor -%}
    {#- Looking relations up may open a transaction, which is rolled back after the hook; making a schema commits it. -#}
    {%- do adapter.create_schema(build_metadata().without_identifier()) -%}
    {%- for earlier, place in found -%}
        {%- do run_query('create table ' ~ place ~ ' as select * from ' ~ earlier) -%}
        {%- do run_query('drop table ' ~ earlier) -%}
        {%- do adapter.cache_added(place.incorporate(type='table')) -%}
    {%- endfor -%}
{% endmacro %}

{#- Whether a command runs anything of this project: hooks of a package run with every command of the project that installed it. -#}
{% macro is_selected() -%}
    {{ return('.customer_value.' in selected_resources | join(' ')) }}
{%- endmacro %}

{#- Another project's model of the same name would be tested in place of this one's, unless dbt looks into the package first. -#}
{% macro check_names() %}
    {%- set own_nodes = graph.nodes.values() | selectattr('package_name', 'equalto', 'customer_value') | list -%}
    {%- set own_ids = own_nodes | map(attribute='unique_id') | list -%}
    {%- set mistaken = [] -%}
    {%- for node in own_nodes if node.resource_type == 'test' -%}
        {%- for unique_id in node.depends_on.nodes if unique_id not in own_ids -%}
            {%- do mistaken.append(unique_id) if unique_id.replace('.' ~ project_name ~ '.', '.customer_value.') in own_ids -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if mistaken -%}
        {%- do exceptions.raise_compiler_error(
            'customer_value has models that are named as yours are: ' ~ mistaken | unique | sort | join(', ')
            ~ '. Write `flags: {require_ref_searches_node_package_before_root: true}` into your dbt_project.yml, '
            ~ 'so that dbt takes each project\'s own.'
        ) -%}
    {%- endif -%}
{% endmacro %}

{#- Before a run: incremental models whose definition has changed since they were built are dropped, so that this run builds
    them in full. A definition is the SQL of the incremental models, of what they read and of staging, the contract of the
    inputs and the vars in them. dbt does not show macros here: a change to one wants --full-refresh. Models of other packages
    are left alone. -#}
{% macro before_run() %}
    {%- if execute and flags.WHICH in ('build', 'run') and is_selected() -%}
        {%- do check_names() -%}
        {%- do check_vars() -%}
        {%- do check_engine() -%}
        {%- do carry_history_over() -%}
        {%- do run_query(
            'create table if not exists ' ~ build_metadata()
            ~ ' (kind ' ~ dbt.type_string() ~ ', value ' ~ dbt.type_string() ~ ')' ~ table_format()
        ) -%}
        {%- do make_inputs_visible() -%}
        {%- set own_models = graph.nodes.values()
            | selectattr('resource_type', 'equalto', 'model')
            | selectattr('package_name', 'equalto', 'customer_value') | list -%}
        {%- set incremental_nodes = own_models
            | selectattr('config.materialized', 'equalto', 'incremental')
            | rejectattr('config.full_refresh', 'equalto', false) | list -%}
        {%- set sources = {'contract': input_contracts() | string} -%}
        {%- for node in own_models if node.path.startswith(('staging/', 'connectors/')) -%}
            {%- do sources.update({node.unique_id: node.raw_code}) -%}
        {%- endfor -%}
        {#- What connectors read beside the vendor's tables: whose an event is, and of which feature. -#}
        {%- for node in graph.nodes.values() if node.name in ('customer_aliases', 'event_feature_map') -%}
            {%- do sources.update({node.unique_id: node.checksum.checksum}) -%}
        {%- endfor -%}
        {%- for name, value in invocation_args_dict.vars.items() if name == 'internal_email_domains'
            or name.endswith(('_id_property', '_event_tables', '_group', '_id_field', '_id_attribute')) -%}
            {%- do sources.update({name: value | string}) -%}
        {%- endfor -%}
        {%- for node in incremental_nodes -%}
            {%- for unique_id in [node.unique_id] + node.depends_on.nodes -%}
                {%- if unique_id in graph.nodes -%}
                    {%- do sources.update({unique_id: graph.nodes[unique_id].raw_code}) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for name in [
            'account_level', 'connectors', 'default_billing_interval', 'default_currency', 'earliest_date', 'keep_loads', 'number_limit',
            'raw_database', 'raw_schema', 'replacements', 'reporting_time_zone', 'usage_window_days'
        ] -%}
            {%- do sources.update({name: var(name) | string}) -%}
        {%- endfor -%}
        {%- set definition_id = local_md5(sources | dictsort | string) -%}
        {%- set built = run_query(
            'select value from ' ~ build_metadata() ~ " where kind = 'incremental_definition'"
        ).columns[0].values() | list -%}
        {%- if built != [definition_id] -%}
            {%- for node in incremental_nodes -%}
                {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
                {%- if relation is not none -%}
                    {{ log(node.name ~ ': its definition has changed, it is rebuilt in full.', info=true) }}
                    {%- do adapter.drop_relation(relation) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- do record('incremental_definition', definition_id) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}

{#- After a build of everything in which nothing failed: only what it built may be published. Where the command line builds what has
    changed alone, or leaves the seeds, all else stands as it was published, and as many tests hold. -#}
{% macro after_run() %}
    {%- if execute and flags.WHICH == 'build' and is_selected() -%}
        {%- set built = results | map(attribute='node.unique_id') | list -%}
        {%- set missing = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model')
            | selectattr('package_name', 'equalto', 'customer_value') | rejectattr('unique_id', 'in', built) | list -%}
        {%- set failed = results | selectattr('status', 'in', ['error', 'fail', 'skipped', 'runtime error']) | list -%}
        {%- set is_of_changes = is_checked_in_models() and invocation_args_dict.select -%}
        {%- if not failed and (is_of_changes or not missing) -%}
            {%- do record('passed_build', invocation_id) -%}
        {%- endif -%}
        {%- if not failed and not missing -%}
            {%- set passed = results | selectattr('status', 'equalto', 'pass') | list -%}
            {%- set checked = tests_in_models() | selectattr('attached_node', 'in', built) | list if is_checked_in_models() else [] -%}
            {#- Seeds that were not to be loaded again. -#}
            {%- set seeds = graph.nodes.values() | selectattr('resource_type', 'equalto', 'seed')
                | rejectattr('unique_id', 'in', built) | map(attribute='unique_id') | list -%}
            {%- set standing = graph.nodes.values() | selectattr('attached_node', 'defined')
                | selectattr('attached_node', 'in', seeds) | list -%}
            {%- do record('passed_test_count', (passed + checked + standing) | length | string) -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
