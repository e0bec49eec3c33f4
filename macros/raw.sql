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

{#- A column of an input; null, of the contract's type, where the model that stands in for the input does not write it.
    What the input validation makes visible has every column. -#}
{% macro connected_column(input_name, name, model, relation=none) -%}
    {%- set written = [] -%}
    {%- if execute -%}
        {%- for column in adapter.get_columns_in_relation(ref(model)) -%}
            {%- do written.append(column.name | lower) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set meta = input_contracts()[input_name].columns[name] -%}
    {%- if written and name not in written and not meta.is_required -%}
        {%- set types = {'string': dbt.type_string(), 'double': type_double()} -%}
        cast(null as {{ types.get(meta.type, meta.type) }})
    {%- else -%}
        {{ relation ~ '.' if relation }}{{ name }}
    {%- endif -%}
{%- endmacro %}

{#- The rows of several connectors for one input, as a subquery with every column. Where the input says is_completed_by_key, a key is
    one row, in which the first connector that knows a value counts; else all rows of all. -#}
{% macro combined_rows(input_name, models) -%}
    {%- set contract = input_contracts()[input_name] -%}
    {%- set parts = [] -%}
    {%- for model in models -%}
        {%- set values = [] -%}
        {%- for name in contract.columns -%}
            {%- do values.append(connected_column(input_name, name, model) ~ ' as ' ~ name) -%}
        {%- endfor -%}
        {%- do parts.append('select ' ~ values | join(', ') ~ ' from ' ~ ref(model)) -%}
    {%- endfor -%}
    {%- if not contract.meta.is_completed_by_key -%}
        {{ return('(' ~ parts | join(' union all ') ~ ')') }}
    {%- endif -%}
    {%- set rows = namespace(sql='(' ~ parts[0] ~ ')') -%}
    {%- for part in parts[1:] -%}
        {%- set values = [] -%}
        {%- for name in contract.columns -%}
            {%- do values.append('coalesce(earlier.' ~ name ~ ', more.' ~ name ~ ') as ' ~ name) -%}
        {%- endfor -%}
        {%- set rows.sql = '(select ' ~ values | join(', ') ~ ' from ' ~ rows.sql ~ ' as earlier full outer join (' ~ part
            ~ ') as more on earlier.' ~ contract.meta.key[0] ~ ' = more.' ~ contract.meta.key[0] ~ ')' -%}
    {%- endfor -%}
    {{ return(rows.sql) }}
{%- endmacro %}

{#- An input of the contract, to be given an alias: the source, or the models of connectors that stand in for it by the var
    connectors. -#}
{% macro raw(input_name) -%}
    {%- set models = connected_models(input_name) -%}
    {%- if models | length > 1 -%}
        {{ return(combined_rows(input_name, models)) }}
    {%- endif -%}
    {{ return(ref(models[0]) if models else source('raw', input_name)) }}
{%- endmacro %}

{#- A column of what macro raw gives. -#}
{% macro raw_column(input_name, name, relation=none) -%}
    {%- set models = connected_models(input_name) -%}
    {%- if models | length == 1 -%}
        {{ return(connected_column(input_name, name, models[0], relation)) }}
    {%- endif -%}
    {{ return((relation ~ '.' if relation else '') ~ name) }}
{%- endmacro %}
