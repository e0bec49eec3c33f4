{#- What loaders write of a vendor's objects: the same things in tables, in columns of JSON, or flattened with one underscore or two.
    Connectors name a thing once, by its path in the vendor's API; these macros look up where it stands. What was not loaded is null. -#}

{#- A vendor's table under the first of its names that is there: the name, an alias, its columns, and what stands after `from`. -#}
{% macro landed_table(vendor, names, alias) -%}
    {%- set found = namespace(name=none, columns={}, relation=none) -%}
    {%- for name in names -%}
        {%- set relation = source(vendor, name) -%}
        {%- if execute and found.name is none -%}
            {%- set existing = adapter.get_relation(relation.database, relation.schema, relation.identifier) -%}
            {%- if existing -%}
                {%- set found.name = name -%}
                {%- set found.relation = relation -%}
                {%- for column in adapter.get_columns_in_relation(relation) -%}
                    {%- do found.columns.update({column.name | lower: column.dtype | lower}) -%}
                {%- endfor -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return({
        'name': found.name,
        'vendor': vendor,
        'alias': alias,
        'columns': found.columns,
        'sql': (found.relation | string if found.name else '(select 1 as nothing where false)') ~ ' as ' ~ alias,
    }) }}
{%- endmacro %}

{#- The elements of a list within the rows of a table, or within such elements: from a table of their own where a loader writes one
    (dlt: `<table>__<path>`, joined to their parents by its ids), else from the JSON of the rows; without a path from their table alone. -#}
{% macro landed_list(rows, path, alias, tables=[]) -%}
    {%- set own = landed_table(rows.vendor, tables, alias) -%}
    {%- if '_dlt_parent_id' in own.columns and '_dlt_id' in (rows.columns or {}) -%}
        {%- do own.update({'sql': rows.sql ~ ' inner join ' ~ own.sql ~ ' on ' ~ rows.alias ~ '._dlt_id = ' ~ alias ~ '._dlt_parent_id'}) -%}
    {%- elif path and is_landed(rows, path) -%}
        {%- do own.update({'name': rows.name, 'columns': none, 'sql': rows.sql ~ ' ' ~ join_json_elements(landed(rows, path), alias)}) -%}
    {%- elif not own.name -%}
        {%- do own.update({'sql': rows.sql ~ ' inner join ' ~ own.sql ~ ' on false'}) -%}
    {%- endif -%}
    {{ return(own) }}
{%- endmacro %}

{#- Where the value of a path stands in rows: pairs of an expression and its type, in the order in which they count. -#}
{% macro landed_places(rows, paths) -%}
    {%- set places = [] -%}
    {%- for path in ([paths] if paths is string else paths) -%}
        {%- set names = path.split('.') -%}
        {%- if rows.columns is none -%}
            {%- do places.append([json_value(rows.alias ~ '.element', names), 'json']) -%}
        {%- else -%}
            {%- for end in range(names | length, 0, -1) -%}
                {%- for column in [names[:end] | join('__'), names[:end] | join('_')] | unique if column in rows.columns -%}
                    {%- set type = rows.columns[column] -%}
                    {%- set qualified = rows.alias ~ '.' ~ adapter.quote(column) -%}
                    {%- set is_nested = type.startswith('struct') or type.endswith('[]') or type.startswith('array') or type == 'jsonb' or type.startswith('map') -%}
                    {%- if end == names | length -%}
                        {%- do places.append([json_of(qualified) if is_nested else qualified, 'text' if is_nested else type]) -%}
                    {%- elif is_nested or 'char' in type or type in ('json', 'text', 'string') -%}
                        {%- do places.append([json_value(json_of(qualified) if is_nested else qualified, names[end:]), 'json']) -%}
                    {%- endif -%}
                {%- endfor -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(places) }}
{%- endmacro %}

{#- Whether a path stands anywhere in rows. -#}
{% macro is_landed(rows, paths) %}{{ return(landed_places(rows, paths) | length > 0) }}{% endmacro %}

{#- The value of a path in rows, as a text, a number, an instant (seconds since 1970 too; 0 is none) or a boolean; of several paths
    the first that is not null. -#}
{% macro landed(rows, paths, kind='text') -%}
    {%- set types = {'text': dbt.type_string(), 'number': type_double(), 'instant': 'timestamp', 'boolean': 'boolean'} -%}
    {%- set values = [] -%}
    {%- for value, type in landed_places(rows, paths) -%}
        {%- set text = 'nullif(trim(cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ")), '')" -%}
        {%- if kind == 'text' -%}
            {%- do values.append(text) -%}
        {%- elif kind == 'boolean' -%}
            {%- do values.append('lower(' ~ text ~ ") in ('true', 't', 'yes', '1')") -%}
        {%- elif kind == 'number' -%}
            {%- do values.append(number_in(text)) -%}
        {%- elif 'timestamp' in type or type.startswith('date') -%}
            {%- do values.append('cast(' ~ (value ~ " at time zone 'UTC'" if 'zone' in type and 'without' not in type else value) ~ ' as timestamp)') -%}
        {%- else -%}
            {%- do values.append(
                'case when ' ~ number_in(text) ~ ' > 0 then ' ~ instant_of_seconds(number_in(text))
                ~ ' when ' ~ number_in(text) ~ ' is null then ' ~ instant_in(text) ~ ' end'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if values | length > 1 -%}
        coalesce({{ values | join(', ') }})
    {%- else -%}
        {{ values[0] if values else 'cast(null as ' ~ types[kind] ~ ')' }}
    {%- endif -%}
{%- endmacro %}

{#- When a row was loaded: the loader's time of it, else that of its load (dlt), else that of its file. -#}
{% macro landed_at(rows, parent=none) -%}
    {%- set rows = parent if parent and (rows.columns is none or '_dlt_parent_id' in rows.columns) else rows -%}
    {%- if rows.columns and '_dlt_load_id' in rows.columns -%}
        {%- set loads = landed_table(rows.vendor, ['_dlt_loads'], 'loads') -%}
        (select max({{ landed(loads, 'inserted_at', 'instant') }}) from {{ loads.sql }} where cast(loads.load_id as {{ dbt.type_string() }}) = cast({{ rows.alias }}._dlt_load_id as {{ dbt.type_string() }}))
    {%- else -%}
        {{ landed(rows, ['_airbyte_extracted_at', '_airbyte_emitted_at', '_fivetran_synced', '_sdc_batched_at', '_last_synced_at', 'loaded_at'], 'instant') }}
    {%- endif -%}
{%- endmacro %}
