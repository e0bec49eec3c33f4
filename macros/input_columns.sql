{#- The inputs of the contract by name, in its order. -#}
{% macro input_names() -%}
    {{ return(input_contracts() | list) }}
{%- endmacro %}

{#- The columns of an input beside its key and loaded_at, in order; without personal data where that is asked for. -#}
{% macro value_columns(input_name, with_personal_data=true) -%}
    {%- set contract = input_contracts()[input_name] -%}
    {%- set names = [] -%}
    {%- for name, meta in contract.columns.items()
        if name not in contract.meta.key + ['loaded_at'] and (with_personal_data or not meta.is_personal)
        and not meta.is_of_the_load -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- Every column of an input as received, qualified; `instead` holds the expressions of those that are not. This macro and the next are the exception to the rule that a macro
    returns an expression: they write a select list, so that a new column is declared in the contract and nowhere else. -#}
{% macro input_columns(input_name, relation=none, instead={}) -%}
    {%- for name in input_contracts()[input_name].columns -%}
    {%- if name in instead -%}
    {{ instead[name] }} as {{ name }}
    {%- else -%}
    {{ relation or input_name }}.{{ name }}
    {%- endif -%}
    {%- if not loop.last %},
    {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- Every column of an input as staged: `staged_as` in a column's meta names its type, or the canonical customer in place of
    the one received; `default` is what null counts as; `net_of` the tax rate that is taken out; what has happened after the as-of
    day by its `happens_at` is null yet: run_settings must be joined. With `relation`, names are qualified; `instead` holds the
    expressions of columns that are none of this. -#}
{% macro staged_columns(input_name, relation=none, instead={}) -%}
    {%- set types = {
        'amount': type_amount(), 'integer': dbt.type_bigint(), 'exchange_rate': type_exchange_rate()
    } -%}
    {%- for name, meta in input_contracts()[input_name].columns.items() if not meta.is_of_the_load -%}
    {%- set prefix = relation ~ '.' if relation else '' -%}
    {%- set received = prefix ~ name -%}
    {%- set given = 'coalesce(' ~ received ~ ', ' ~ meta.default ~ ')' if 'default' in meta else received -%}
    {%- set value = given ~ ' / (1 + coalesce(' ~ prefix ~ meta.net_of ~ ', 0))' if meta.net_of else given -%}
    {%- set typed = 'cast(' ~ value ~ ' as ' ~ types[meta.staged_as] ~ ')' if meta.staged_as in types else value -%}
    {%- if name in instead -%}
    {{ instead[name] }} as {{ name }}
    {%- elif meta.staged_as == 'canonical_customer' -%}
    {{ prefix }}canonical_customer_id as {{ name }}
    {%- elif meta.happens_at -%}
    case
        when coalesce({{ prefix }}{{ meta.happens_at }} < run_settings.as_of_end_at, true) then {{ typed }}
    end as {{ name }}
    {%- elif typed != received -%}
    {{ typed }} as {{ name }}
    {%- else -%}
    {{ received }}
    {%- endif -%}
    {%- if not loop.last %},
    {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{#- The rows of an input that are not rejected, with how many of them have the same key, as a subquery. -#}
{% macro valid_rows(input_name) -%}
    {%- set key = input_contracts()[input_name].meta.key | join(', ') -%}
    (select *, count(*) over (partition by {{ key }}) as version_count from {{ ref('base_' ~ input_name) }} where reject_reason is null)
{%- endmacro %}

{#- Of the valid rows of an input with the same key: which is the newest (1: loaded last, of those loaded at once the first
    by its text), and, `with_first_load`, when the first of them was loaded. Texts are written only where there are several rows,
    for that takes as long as all else. It writes a select list, as the two above, so that the key is declared in the contract
    and nowhere else. -#}
{% macro version_columns(input_name, with_first_load=false) -%}
    {%- set key = input_contracts()[input_name].meta.key | join(', ') -%}
    {%- if with_first_load -%}
    min(loaded_at) over (partition by {{ key }}) as first_loaded_at,
    {% endif -%}
    row_number() over (
        partition by {{ key }}
        order by loaded_at desc, case when version_count > 1 then {{ row_text(value_columns(input_name)) }} end asc
    ) as version_number
{%- endmacro %}
