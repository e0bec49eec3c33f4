{#- A table made in place, in one transaction: a reader sees the old one or the new one. dbt-duckdb's own way makes it
    under another name, renames twice and drops the old one in a second transaction: a tenth of a nightly run. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
{%- set existing_relation = load_cached_relation(this) %}
{%- set target_relation = this.incorporate(type='table') %}
{{ run_hooks(pre_hooks, inside_transaction=False) }}
{{ run_hooks(pre_hooks, inside_transaction=True) }}
{%- set dropped_dependents = drop_relation_for_rebuild(existing_relation) if existing_relation is not none else [] %}
{% call statement('main', language=model['language']) %}
{{ create_table_as(False, target_relation, compiled_code, model['language']) }}
{% endcall %}
{% do restore_foreign_key_dependents(dropped_dependents) %}
{% do create_indexes(target_relation) %}
{{ run_hooks(post_hooks, inside_transaction=True) }}
{% do persist_docs(target_relation, model) %}
{{ adapter.commit() }}
{{ run_hooks(post_hooks, inside_transaction=False) }}
{{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
