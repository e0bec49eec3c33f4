{#- Spark reads the files that the load has written, by a view for each input. -#}
{% macro make_inputs_visible() %}{% if project_name == 'customer_value' %}{{ return(adapter.dispatch('make_inputs_visible')()) }}{% endif %}{% endmacro %}
{% macro default__make_inputs_visible() %}{% endmacro %}
{% macro spark__make_inputs_visible() %}
    {%- if not var('raw_schema') -%}
        {%- set folder = env_var('CUSTOMER_VALUE_SPARK', 'data/warehouse/spark') ~ '/inputs' -%}
        {%- do run_query('create database if not exists ' ~ target.schema ~ '_raw') -%}
        {%- for name, contract in input_contracts().items() -%}
            {%- set columns = [] -%}
            {%- for column, meta in contract.columns.items() -%}
                {%- do columns.append('cast(' ~ column ~ ' as ' ~ type_named(meta.type) ~ ') as ' ~ column) -%}
            {%- endfor -%}
            {%- do run_query(
                'create or replace view ' ~ target.schema ~ '_raw.' ~ name ~ ' as select ' ~ columns | join(', ')
                ~ ' from parquet.`' ~ folder ~ '/' ~ name ~ '.parquet`'
            ) -%}
        {%- endfor -%}
        {#- The command line records in its mirror what it has checked and published. -#}
        {%- do run_query(
            'insert overwrite ' ~ build_metadata() ~ ' select kind, value from parquet.`' ~ folder ~ '/build_metadata.parquet`'
        ) -%}
    {%- endif -%}
{% endmacro %}

{#- A view without comments on its columns: the catalog does not cut those that are too long for it, it fails, after 20 s. -#}
{% macro spark__create_view_as(relation, sql) -%}
    create or replace view {{ relation }} {{ comment_clause() }}
    {%- if config.get('contract').enforced %}{{ get_assert_columns_equivalent(sql) }}{% endif %}
    as {{ sql }}
{%- endmacro %}

{#- Seeds: dbt-spark writes a null as the text None, and a quotation mark as it is. -#}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model.config.column_types or {} -%}
    {%- set rows = [] -%}
    {%- for row in agate_table.rows -%}
        {%- set values = [] -%}
        {%- for column in agate_table.column_names -%}
            {%- set value = row[loop.index0] -%}
            {%- set literal = 'null' if value is none else "'" ~ value | string | replace('\\', '\\\\') | replace("'", "\\'") ~ "'" -%}
            {%- do values.append('cast(' ~ literal ~ ' as ' ~ types.get(column, adapter.convert_type(agate_table, loop.index0)) ~ ')') -%}
        {%- endfor -%}
        {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
    {%- endfor -%}
    {%- set sql = 'insert into ' ~ this.render() ~ ' values ' ~ rows | join(', ') -%}
    {%- if rows -%}
        {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {%- endif -%}
    {{ return(sql) }}
{% endmacro %}
