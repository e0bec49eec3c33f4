{#- A text without the blanks around it (tabs, ends of line and hard blanks too); null where nothing else is in it. Only what
    begins or ends with one is looked at, for events are many: by comparisons, which engines make column by column, and only of
    columns that are read. In the order of bytes, whatever stands before an exclamation mark begins with a blank or is empty. -#}
{% macro trimmed(text) -%}
    {%- set text = 'cast(' ~ text ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    case
        when
            {{ text }} < '!' or ({{ text }} >= chr(160) and {{ text }} < chr(161)) or {{ ends_with_blank(text) }}
            then nullif({{ stripped(text, "' ' || chr(9) || chr(10) || chr(13) || chr(160)") }}, '')
        else {{ text }}
    end
{%- endmacro %}

{#- A word as the closed lists write it: small letters, no blanks around it, an underscore for each blank or dash within. -#}
{% macro folded_word(text) -%}
    replace(replace(replace(lower({{ trimmed(text) }}), '-', ' '), '  ', ' '), ' ', '_')
{%- endmacro %}

{#- A code of a currency or country: capitals, no blanks around it. -#}
{% macro folded_code(text) %}upper({{ trimmed(text) }}){% endmacro %}

{#- A var that is a word, as SQL; null where it is empty. -#}
{% macro word_var(name) -%}
    cast({{ dbt.string_literal(dbt.escape_single_quotes(var(name))) if var(name) else 'null' }} as {{ dbt.type_string() }})
{%- endmacro %}

{#- The columns of an input that are words of a closed list. -#}
{% macro word_columns(input_name) -%}
    {%- set names = [] -%}
    {%- for name, meta in input_contracts()[input_name].columns.items() if meta.folded_as == 'word' -%}
        {%- do names.append(name) -%}
    {%- endfor -%}
    {{ return(names) }}
{%- endmacro %}

{#- The door through which staging reads an input, as a subquery: words are folded and synonyms replaced (seed words), codes
    are in capitals and have their default, no text has blanks around it, instants are on the clocks of the reporting time zone.
    is_folded tells whether a word, code or id was changed. A word that stands for several intervals (quarterly) is taken where
    no other count stands beside it. -#}
{% macro received(input_name) -%}
    {%- set columns = input_contracts()[input_name].columns -%}
    {%- set folded = {} -%}
    {%- set values = {} -%}
    {%- for name, meta in columns.items() -%}
        {%- set source = 'received.' ~ name -%}
        {%- set as_word = 'coalesce(' ~ name ~ '_words.means, ' ~ folded_word(source) ~ ')' -%}
        {%- if name == 'billing_interval' -%}
            {%- set is_contradicted = 'billing_interval_words.interval_count > 1 and received.interval_count > 1' -%}
            {%- do folded.update({name: 'case when ' ~ is_contradicted ~ ' then ' ~ source ~ ' else ' ~ as_word ~ ' end'}) -%}
        {%- elif meta.folded_as == 'word' -%}
            {%- do folded.update({name: as_word}) -%}
        {%- elif meta.folded_as == 'code' -%}
            {%- do folded.update({name: folded_code(source)}) -%}
        {%- elif name == 'interval_count' -%}
            {%- do values.update({name: 'case when billing_interval_words.interval_count > 1 and coalesce(' ~ source
                ~ ', 1) = 1 then billing_interval_words.interval_count else ' ~ source ~ ' end'}) -%}
        {%- elif meta.type == 'timestamp' -%}
            {%- do values.update({name: local_time(source)}) -%}
        {%- elif meta.type == 'string' -%}
            {%- do (folded if name.endswith('_id') else values).update({name: trimmed(source)}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do values.update(folded) -%}
    {%- for name, meta in columns.items() if meta.default_var -%}
        {%- do values.update({name: 'coalesce(' ~ folded[name] ~ ', ' ~ word_var(meta.default_var) ~ ')'}) -%}
    {%- endfor -%}
    {%- set query -%}
    select
        {{ input_columns(input_name, 'received', values) }},
        {% for name, value in folded.items() -%}
        coalesce(received.{{ name }} <> {{ value }}, false){{ ' or ' if not loop.last }}
        {%- else -%}
        false
        {%- endfor %} as is_folded
    from {{ raw(input_name) }} as received
    {%- for name in word_columns(input_name) %}
    left join {{ ref('words') }} as {{ name }}_words
        on
            {{ folded_word('received.' ~ name) }} = {{ name }}_words.word
            and {{ name }}_words.input_name = '{{ input_name }}'
            and {{ name }}_words.column_name = '{{ name }}'
    {%- endfor %}
    {%- endset -%}
    {#- On one line, so that imports stay one line. -#}
    ({{ query | replace('\n', ' ') }})
{%- endmacro %}
