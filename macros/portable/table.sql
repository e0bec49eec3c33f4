{#- A table made in place, by one statement in one transaction: a reader sees the old one or the new one. dbt-duckdb's own way makes it
    under another name, renames twice and drops the old one in a second transaction: a tenth of a nightly run. -#}
{% materialization table, adapter='duckdb' %}
{%- set existing_relation = load_cached_relation(this) %}
{%- set target_relation = this.incorporate(type='table') %}
{{ run_hooks(pre_hooks, inside_transaction=False) }}
{{ run_hooks(pre_hooks, inside_transaction=True) }}
{% call statement('main') %}
{%- if existing_relation is not none %}
drop {{ existing_relation.type }} if exists {{ existing_relation }} cascade;
{%- do adapter.cache_dropped(existing_relation) %}
{%- endif %}
{{ create_table_as(False, target_relation, compiled_code) }}
{% endcall %}
{% do create_indexes(target_relation) %}
{{ run_hooks(post_hooks, inside_transaction=True) }}
{% do persist_docs(target_relation, model) %}
{{ adapter.commit() }}
{{ run_hooks(post_hooks, inside_transaction=False) }}
{{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
