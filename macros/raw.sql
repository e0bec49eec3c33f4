{#- The models that stand in for an input by the var `connectors`, in its order: named for the input, or those of a connector that is
    named for a group of inputs, `billing: stripe`. What stands behind a connector's name says where its data come from, and changes
    nothing. -#}
{% macro connected_models(input_name) -%}
    {%- set models = [] -%}
    {%- for key, named in var('connectors').items() -%}
        {%- for name in ([named] if named is string else named) -%}
            {%- if key == input_name -%}
                {%- do models.append(name) -%}
            {%- elif key not in input_contracts() -%}
                {%- for connector, supplied in connector_models().items()
                    if (name ~ '_').startswith(connector ~ '_') and input_name in supplied -%}
                    {%- do models.append(supplied[input_name]) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(models | unique | list) }}
{%- endmacro %}

{#- A relation in the shape of an input, as a query: every column of the contract in its type, null where the relation does not have
    it. Without a relation: no row. -#}
{% macro rows_of_input(input_name, relation) -%}
    {%- set existing = {} -%}
    {%- if execute and relation is not none -%}
        {%- for column in adapter.get_columns_in_relation(relation) -%}
            {%- do existing.update({column.name | lower: column}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set values = [] -%}
    {%- for name, meta in input_contracts()[input_name].columns.items() -%}
        {%- set type = type_named(meta.type) -%}
        {%- if name in existing -%}
            {%- set has_zone = 'zone' in existing[name].dtype | lower and 'without' not in existing[name].dtype | lower -%}
            {%- do values.append('cast(' ~ name ~ (" at time zone 'UTC'" if has_zone) ~ ' as ' ~ type ~ ') as ' ~ name) -%}
        {%- elif existing and meta.is_required -%}
            {%- do exceptions.raise_compiler_error(
                relation ~ ': found no column ' ~ name ~ ', expected it of the input ' ~ input_name ~ '. Found: ' ~ existing | join(', ') ~ '.'
            ) -%}
        {%- else -%}
            {%- do values.append('cast(null as ' ~ type ~ ') as ' ~ name) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return('select ' ~ values | join(', ') ~ (' where false' if relation is none else ' from ' ~ relation)) }}
{%- endmacro %}

{#- The rows of several relations in the shape of an input, as a subquery. Where the input says is_completed_by_key, a key is one row, in
    which the first that knows a value counts; else all rows of all. -#}
{% macro combined_rows(input_name, relations) -%}
    {%- set contract = input_contracts()[input_name] -%}
    {%- set parts = [] -%}
    {%- for relation in relations -%}
        {%- do parts.append(rows_of_input(input_name, relation)) -%}
    {%- endfor -%}
    {%- if not contract.meta.is_completed_by_key -%}
        {{ return('(' ~ parts | join(' union all ') ~ ')') }}
    {%- endif -%}
    {%- set rows = namespace(sql='(' ~ parts[0] ~ ')') -%}
    {%- for part in parts[1:] -%}
        {%- set values = [] -%}
        {%- for name in contract.columns -%}
            {%- set value = 'coalesce(earlier.' ~ name ~ ', more.' ~ name ~ ')' -%}
            {#- What completes a row may be newer than it. -#}
            {%- set newest = 'case when more.loaded_at > earlier.loaded_at then more.loaded_at else ' ~ value ~ ' end' -%}
            {%- do values.append((newest if name == 'loaded_at' else value) ~ ' as ' ~ name) -%}
        {%- endfor -%}
        {%- set rows.sql = '(select ' ~ values | join(', ') ~ ' from ' ~ rows.sql ~ ' as earlier full outer join (' ~ part
            ~ ') as more on earlier.' ~ contract.meta.key[0] ~ ' = more.' ~ contract.meta.key[0] ~ ')' -%}
    {%- endfor -%}
    {{ return(rows.sql) }}
{%- endmacro %}

{#- What the models of connectors write that stand in for an input, as a subquery. -#}
{% macro connected_rows(input_name) -%}
    {%- set relations = [] -%}
    {%- for model in connected_models(input_name) -%}
        {%- do relations.append(ref(model)) -%}
    {%- endfor -%}
    {{ return(combined_rows(input_name, relations)) }}
{%- endmacro %}

{#- An input of the contract with every column, to be given an alias: what the models of connectors write that stand in for it by the var
    connectors, else the source. The load of files makes it visible as the contract wants it; any other table is brought into its
    shape, and one that is not there has no rows. -#}
{% macro raw(input_name) -%}
    {%- set table = source('customer_value', input_name) -%}
    {%- if connected_models(input_name) -%}
        {%- set is_kept = input_name == 'subscription_changes' and var('keep_loads') -%}
        {{ return(combined_rows(input_name, [ref('kept_subscription_changes')]) if is_kept else connected_rows(input_name)) }}
    {%- elif not execute or model.resource_type == 'unit_test' or reads_files() -%}
        {{ return(table) }}
    {%- endif -%}
    {%- set relation = adapter.get_relation(table.database, table.schema, table.identifier) -%}
    {%- if relation is none and input_contracts()[input_name].meta.required -%}
        {%- do exceptions.raise_compiler_error(
            table ~ ': found no such table, expected the input ' ~ input_name
            ~ '. Name its place by the vars raw_schema and raw_database, or what stands in for it by the var connectors.'
        ) -%}
    {%- endif -%}
    {{ return('(' ~ rows_of_input(input_name, relation) ~ ')') }}
{%- endmacro %}
