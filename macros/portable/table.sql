{#- A table made by one call of the engine, in one transaction: a reader sees the old one or the new one. Its contract, its comments and
    the checks of its key and its rules go with it, for a call costs dbt more than a small table costs DuckDB. dbt-duckdb's own way
    asks twice for columns, makes a table under another name, renames twice, drops the old one in a second transaction and comments in
    four calls more. -#}
{% materialization table, adapter='duckdb' %}
{%- set existing_relation = load_cached_relation(this) %}
{%- set target_relation = this.incorporate(type='table') %}
{{ run_hooks(pre_hooks, inside_transaction=False) }}
{{ run_hooks(pre_hooks, inside_transaction=True) }}
{#- What a hook has begun, or a macro that looks at relations; where nothing has, nothing happens. #}
{%- do adapter.commit() %}
{% call statement('main', auto_begin=False) %}
begin transaction;
{%- if existing_relation is not none %}
drop {{ existing_relation.type }} if exists {{ existing_relation }} cascade;
{%- do adapter.cache_dropped(existing_relation) %}
{%- endif %}
{{ contracted_table(target_relation) if config.get('contract').enforced else create_table_as(False, target_relation, compiled_code) }}
{{ comments_on(target_relation) }}
commit;
{{ check_errors() }}
{% endcall %}
{% do create_indexes(target_relation) %}
{{ run_hooks(post_hooks, inside_transaction=True) }}
{%- do adapter.commit() %}
{{ run_hooks(post_hooks, inside_transaction=False) }}
{{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- A table by the contract of its model, as statements: where the query has other columns or types, nothing is made. -#}
{% macro contracted_table(relation) %}
create or replace temporary view contracted_query as {{ compiled_code }};
create table {{ relation }} {{ get_table_columns_and_constraints() }};
select error('This model has an enforced contract that failed: ' || string_agg(differing.difference, ', '))
from (
    select coalesce(wanted.name, given.name) || ' is ' || coalesce(given.type, 'missing') || ', the contract has '
        || coalesce(wanted.type, 'no such column') as difference
    from pragma_table_info('{{ relation }}') as wanted
    full outer join pragma_table_info('contracted_query') as given on lower(wanted.name) = lower(given.name)
    where wanted.type is distinct from given.type
) as differing
having count(*) > 0;
insert into {{ relation }} {{ get_column_names() }} ({{ get_select_subquery('select * from contracted_query') }});
drop view contracted_query;
{% endmacro %}

{#- The comments of a table and its columns, where the model persists its docs, as statements. -#}
{% macro comments_on(relation) %}
{%- if config.persist_relation_docs() and model.description -%}
comment on table {{ relation }} is {{ duckdb_escape_comment(model.description) }};
{%- endif %}
{%- for column in model.columns.values() if config.persist_column_docs() and column.description %}
comment on column {{ relation }}.{{ adapter.quote(column.name) }} is {{ duckdb_escape_comment(column.description) }};
{%- endfor %}
{% endmacro %}

{#- Whether the statement that makes a model checks its key and its rules, too. -#}
{% macro is_checked_as_made() %}{{ return(adapter.dispatch('is_checked_as_made')()) }}{% endmacro %}
{% macro default__is_checked_as_made() %}{{ return(false) }}{% endmacro %}
{% macro duckdb__is_checked_as_made() %}{{ return(config.get('materialized') == 'table') }}{% endmacro %}

{#- What fails where the key of the model or a rule does not hold, as statements. -#}
{% macro check_errors() %}
{%- for check in model_checks() %}
select error({{ dbt.string_literal(dbt.escape_single_quotes(check.error)) }}) from ({{ check.query }}) as broken_rows;
{%- endfor %}
{% endmacro %}

{#- How a table is made that later builds add to: of a value of the key, all rows are replaced. Spark has no rows to delete in files: there
    a folder of files is replaced, that of a value, or of a month where the key is a day, for a folder a day would be thousands. -#}
{% macro increments(unique_key) %}{{ return(adapter.dispatch('increments')(unique_key)) }}{% endmacro %}
{% macro default__increments(unique_key) -%}
    {{ return({'materialized': 'incremental', 'incremental_strategy': 'delete+insert', 'unique_key': unique_key}) }}
{%- endmacro %}
{% macro spark__increments(unique_key) -%}
    {%- set folder = 'replaced_month' if unique_key == 'activity_date' else unique_key -%}
    {{ return({'materialized': 'incremental', 'incremental_strategy': 'insert_overwrite', 'partition_by': [folder]}) }}
{%- endmacro %}

{#- The column by which days are replaced where that is not their own, after the others. -#}
{% macro replaced_month(day) %}{{ return(adapter.dispatch('replaced_month')(day)) }}{% endmacro %}
{% macro default__replaced_month(day) %}{% endmacro %}
{% macro spark__replaced_month(day) %}, {{ month_start(day) }} as replaced_month{% endmacro %}

{#- The days that are replaced where some have changed, of all that there are. -#}
{% macro replaced_days(changed_days, all_days) %}{{ return(adapter.dispatch('replaced_days')(changed_days, all_days)) }}{% endmacro %}
{% macro default__replaced_days(changed_days, all_days) %}select activity_date from {{ changed_days }}{% endmacro %}
{% macro spark__replaced_days(changed_days, all_days) -%}
    select activity_date from {{ changed_days }}
    union distinct
    select activity_date from {{ all_days }}
    where {{ month_start('activity_date') }} in (select {{ month_start('activity_date') }} from {{ changed_days }})
{%- endmacro %}

{#- The format of a table that no model makes. -#}
{% macro table_format() %}{{ return(adapter.dispatch('table_format')()) }}{% endmacro %}
{% macro default__table_format() %}{% endmacro %}
{% macro spark__table_format() %}{{ return(' using parquet') }}{% endmacro %}

{#- Delete rows of a table, as a statement. Spark writes the others aside and back. -#}
{% macro delete_rows(relation, condition) %}{{ return(adapter.dispatch('delete_rows')(relation, condition)) }}{% endmacro %}
{% macro default__delete_rows(relation, condition) %}delete from {{ relation }} where {{ condition }}{% endmacro %}
{% macro spark__delete_rows(relation, condition) -%}
    {%- set kept = relation.incorporate(path={'identifier': relation.identifier ~ '_kept'}) -%}
    {%- do run_query('drop table if exists ' ~ kept) -%}
    {%- do run_query('create table ' ~ kept ~ table_format() ~ ' as select * from ' ~ relation ~ ' where not (' ~ condition ~ ')') -%}
    {%- do run_query('insert overwrite ' ~ relation ~ ' select * from ' ~ kept) -%}
    drop table {{ kept }}
{%- endmacro %}
