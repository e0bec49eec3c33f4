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

{#- The CTEs and the selection that make customers of a CTE `accounts` of a CRM: of several accounts of one customer the oldest that was not
    merged. -#}
{% macro customers_of_accounts(account_id) -%}
ordered_accounts as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by case when is_merged then 1 else 0 end asc, created_at asc nulls last, {{ account_id }} asc
        ) as choice
    from accounts
    -- What was deleted and not merged is no account any more; billing knows the customer.
    where customer_id is not null and (not is_deleted or is_merged) and loaded_at is not null
)

select
    customer_id,
    customer_name,
    country,
    industry,
    employee_count,
    acquisition_channel,
    created_at,
    nullif(parent_customer_id, customer_id) as parent_customer_id,
    merged_into_customer_id,
    loaded_at
from ordered_accounts
where choice = 1
{%- endmacro %}
