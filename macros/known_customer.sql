{#- The customer of the billing system that an account or a person of another system is: what the seed customer_aliases says of a
    stored id, else the stored id itself, else what the seed says of the first of some ids that it has; a row for the connector counts
    before one for all. Ids are expressions, domains and e-mail addresses in small letters. Null where nothing says it. -#}
{% macro known_customer(connector, ids, stored_id=none) -%}
    {%- set choices = [] -%}
    {%- for id in ([stored_id] if stored_id else []) + ids -%}
        {%- do choices.append(
            "(select coalesce(max(case when aliases.source = '" ~ connector ~ "' then aliases.customer_id end), max(aliases.customer_id)) from "
            ~ ref('customer_aliases') ~ " as aliases where aliases.source in ('" ~ connector ~ "', 'all') and aliases.source_id = " ~ id ~ ')'
        ) -%}
        {%- if id == stored_id -%}
            {%- do choices.append(stored_id) -%}
        {%- endif -%}
    {%- endfor -%}
    coalesce({{ choices | join(', ') }})
{%- endmacro %}
