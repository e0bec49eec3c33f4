{#- What incremental models are made of has changed since they were built: drop them, so that this run builds them in full.
    Called before a run. A definition is the SQL of the incremental models, of what they read, of staging and of the macros,
    and the vars in them. -#}
{% macro rebuild_what_changed() %}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
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
                {%- do sources.update({unique_id: graph.nodes[unique_id].raw_code}) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- for unique_id, macro in graph.get('macros', {}).items() if macro.package_name == project_name -%}
            {%- do sources.update({unique_id: macro.macro_sql}) -%}
        {%- endfor -%}
        {%- for name in ['connectors', 'earliest_date', 'number_limit', 'usage_window_days'] -%}
            {%- do sources.update({name: var(name) | string}) -%}
        {%- endfor -%}
        {%- set definition_id = local_md5(sources | dictsort | string) -%}
        {%- set memory = api.Relation.create(database=target.database, schema=target.schema, identifier='incremental_definition') -%}
        {%- do adapter.create_schema(memory.without_identifier()) -%}
        {%- do run_query('create table if not exists ' ~ memory ~ ' (definition_id ' ~ dbt.type_string() ~ ')') -%}
        {%- set built = run_query('select definition_id from ' ~ memory).columns[0].values() | list -%}
        {%- if built != [definition_id] -%}
            {%- for node in incremental_nodes -%}
                {%- set relation = adapter.get_relation(node.database, node.schema, node.alias) -%}
                {%- if relation is not none -%}
                    {{ log(node.name ~ ': its definition has changed, it is built in full.', info=true) }}
                    {%- do adapter.drop_relation(relation) -%}
                {%- endif -%}
            {%- endfor -%}
            {%- do run_query('delete from ' ~ memory) -%}
            {%- do run_query('insert into ' ~ memory ~ " values ('" ~ definition_id ~ "')") -%}
        {%- endif -%}
    {%- endif -%}
{% endmacro %}
