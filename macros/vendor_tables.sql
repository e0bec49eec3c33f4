{#- What loaders write of a vendor's objects: the same things in tables, in columns of JSON, or flattened with one underscore or two.
    Connectors name a thing once, by its path in the vendor's API; these macros look up where it stands. What was not loaded is null. -#}

{#- The accounts of a vendor by the var <vendor>_sources: of each its schema, and what stands before all of its ids. Without the var
    there is one, in the schema of the source, whose ids stay as they are. -#}
{% macro vendor_accounts(vendor) -%}
    {%- set named = {
        'chargebee': var('chargebee_sources', []),
        'paddle': var('paddle_sources', []),
        'recurly': var('recurly_sources', []),
        'revenuecat': var('revenuecat_sources', []),
        'stripe': var('stripe_sources', []),
    } -%}
    {{ return(named.get(vendor, [])) }}
{%- endmacro %}

{#- A vendor's table under the first of its names that is there: the name, an alias, its columns, what stands after `from`, and what
    stands before its ids (none: nothing). Of several accounts the rows of all, each account's under the first of its names. -#}
{% macro landed_table(vendor, names, alias) -%}
    {%- set accounts = vendor_accounts(vendor) -%}
    {%- set parts = [] -%}
    {%- for account in accounts or [{}] -%}
        {%- set found = namespace(name=none) -%}
        {%- for name in names -%}
            {%- set relation = source(vendor, name) -%}
            {%- if account -%}
                {%- set relation = api.Relation.create(
                    database=account.database or relation.database, schema=account.schema, identifier=relation.identifier
                ) -%}
            {%- endif -%}
            {%- if execute and found.name is none and adapter.get_relation(relation.database, relation.schema, relation.identifier) -%}
                {%- set found.name = name -%}
                {%- set columns = {} -%}
                {%- for column in adapter.get_columns_in_relation(relation) -%}
                    {%- do columns.update({column.name | lower: column.dtype | lower}) -%}
                {%- endfor -%}
                {%- do parts.append({'name': name, 'relation': relation, 'columns': columns, 'prefix': account.prefix or ''}) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set rows = {
        'name': parts[0].name if parts else none,
        'vendor': vendor,
        'alias': alias,
        'columns': parts[0].columns if parts else {},
        'sql': (parts[0].relation | string if parts else '(select 1 as nothing where false)') ~ ' as ' ~ alias,
        'parts': parts,
        'schemas': parts | map(attribute='relation.schema') | list,
        'prefix': none,
    } -%}
    {%- do rows.update(rows_of_accounts(vendor, parts, alias)) if accounts and parts -%}
    {{ return(rows) }}
{%- endmacro %}

{#- The rows of a table of several accounts as one. A column that some of them lack is null there; it is text, and so is one of several
    types: whatever reads it, reads texts too. -#}
{% macro rows_of_accounts(vendor, parts, alias) -%}
    {%- set loaders = {} -%}
    {%- set types = {} -%}
    {%- for part in parts -%}
        {%- for name, type in part.columns.items() -%}
            {%- set others = parts | map(attribute='columns') | map(attribute=name, default='') | unique | list -%}
            {%- do types.update({name: type if others == [type] else dbt.type_string() | lower}) -%}
            {%- for loader in ['_fivetran_', '_airbyte_', '_dlt_', '_sdc_'] if name.startswith(loader) -%}
                {%- do loaders.update({part.relation.schema: loader}) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if loaders.values() | unique | list | length > 1 -%}
        {%- do exceptions.raise_compiler_error(
            'var ' ~ vendor ~ '_sources: found columns ' ~ loaders.values() | unique | join('* and ') ~ '* in the table ' ~ parts[0].name
            ~ ' of ' ~ loaders | join(' and ') ~ ', expected all accounts of a vendor from one loader.'
        ) -%}
    {%- endif -%}
    {%- set selects = [] -%}
    {%- for part in parts -%}
        {%- set values = [dbt.string_literal(part.prefix) ~ ' as _account_prefix'] -%}
        {%- for name, type in types.items() -%}
            {%- set column = adapter.quote(name) -%}
            {%- set own_type = part.columns.get(name) -%}
            {%- if own_type == type -%}
                {%- do values.append(column) -%}
            {%- elif own_type -%}
                {%- do values.append('cast(' ~ (json_of(column) if is_nested_type(own_type) else column) ~ ' as ' ~ type ~ ') as ' ~ column) -%}
            {%- else -%}
                {%- do values.append('cast(null as ' ~ type ~ ') as ' ~ column) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- do selects.append('select ' ~ values | join(', ') ~ ' from ' ~ part.relation) -%}
    {%- endfor -%}
    {{ return({
        'columns': types,
        'sql': '(' ~ selects | join(' union all ') ~ ') as ' ~ alias,
        'prefix': alias ~ '._account_prefix',
    }) }}
{%- endmacro %}

{#- Whether a column holds lists or objects as such. -#}
{% macro is_nested_type(type) -%}
    {{ return(type.startswith(('struct', 'array', 'map')) or type.endswith('[]') or type == 'jsonb') }}
{%- endmacro %}

{#- What stands before the ids of rows, for models that hold lists as texts. -#}
{% macro account_prefix(rows) %}{{ return(rows.prefix or "''") }}{% endmacro %}

{#- The first of some places that was loaded. Of several accounts it must hold what a later place holds. -#}
{% macro first_landed(vendor, places) -%}
    {%- set first = (places | selectattr('name') | list + places[-1:])[0] -%}
    {%- for place in places if place.name and vendor_accounts(vendor) -%}
        {%- for schema in place.schemas if schema not in first.schemas -%}
            {%- do exceptions.raise_compiler_error(
                'var ' ~ vendor ~ '_sources: found what is in the table ' ~ first.name ~ ' of ' ~ first.schemas | join(', ') ~ ' in ' ~ place.name
                ~ ' of ' ~ schema ~ ', expected it in the same tables of all accounts. Load them alike.'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(first) }}
{%- endmacro %}

{#- The elements of a list within the rows of a table, or within such elements: from a table of their own where a loader writes one
    (dlt: `<table>__<path>`, joined to their parents by its ids), else from the JSON of the rows; without a path from their table alone. -#}
{% macro landed_list(rows, path, alias, tables=[]) -%}
    {%- set own = landed_table(rows.vendor, tables, alias) -%}
    {%- if '_dlt_parent_id' in own.columns and '_dlt_id' in (rows.columns or {}) -%}
        {%- set of_one_account = ' and ' ~ rows.prefix ~ ' = ' ~ own.prefix if own.prefix else '' -%}
        {%- do own.update({
            'sql': rows.sql ~ ' inner join ' ~ own.sql ~ ' on ' ~ rows.alias ~ '._dlt_id = ' ~ alias ~ '._dlt_parent_id' ~ of_one_account
        }) -%}
    {%- elif path and is_landed(rows, path) -%}
        {%- set schemas = [] -%}
        {%- for part in rows.parts if rows.columns is none or is_landed({'alias': alias, 'columns': part.columns}, path) -%}
            {%- do schemas.append(part.relation.schema) -%}
        {%- endfor -%}
        {%- do own.update({
            'name': rows.name,
            'columns': none,
            'sql': rows.sql ~ ' ' ~ join_json_elements(landed(rows, path), alias),
            'parts': rows.parts,
            'schemas': schemas,
            'prefix': rows.prefix,
        }) -%}
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
                    {%- set is_nested = is_nested_type(type) -%}
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
    the first that is not null. An id, and the ids in a list, have what stands before those of their account. -#}
{% macro landed(rows, paths, kind='text') -%}
    {%- set types = {'text': dbt.type_string(), 'id': dbt.type_string(), 'ids': dbt.type_string(), 'number': type_double(), 'instant': 'timestamp', 'boolean': 'boolean'} -%}
    {%- set values = [] -%}
    {%- for value, type in landed_places(rows, paths) -%}
        {%- set text = 'nullif(trim(cast(' ~ value ~ ' as ' ~ dbt.type_string() ~ ")), '')" -%}
        {%- if kind == 'id' and rows.prefix -%}
            {%- do values.append('(' ~ rows.prefix ~ ' || ' ~ text ~ ')') -%}
        {%- elif kind == 'ids' and rows.prefix -%}
            {#- Each id stands between quotes; what follows the second one of them is looked at by nobody. -#}
            {%- do values.append('replace(' ~ text ~ ", '\"', '\"' || " ~ rows.prefix ~ ')') -%}
        {%- elif kind in ('text', 'id', 'ids') -%}
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
        (select max({{ landed(loads, 'inserted_at', 'instant') }}) from {{ loads.sql }} where cast(loads.load_id as {{ dbt.type_string() }}) = cast({{ rows.alias }}._dlt_load_id as {{ dbt.type_string() }}){{ ' and ' ~ loads.prefix ~ ' = ' ~ rows.prefix if loads.prefix }})
    {%- else -%}
        {{ landed(rows, ['_airbyte_extracted_at', '_airbyte_emitted_at', '_fivetran_synced', '_sdc_batched_at', '_last_synced_at', 'loaded_at'], 'instant') }}
    {%- endif -%}
{%- endmacro %}
