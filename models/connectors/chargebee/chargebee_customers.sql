-- Grain: one row per customer and load in which it came. Who is billed and no longer listed is inferred by staging.
{{ config(enabled='chargebee' in var('connectors') | string) }}
{%- set rows = landed_table('chargebee', ['customer', 'customers'], 'customers') %}
with

customers as (
    select
        {{ landed(rows, 'id', 'id') }} as customer_id,
        {{ landed(rows, 'company') }} as company,
        nullif(trim(coalesce({{ landed(rows, 'first_name') }}, '') || ' ' || coalesce({{ landed(rows, 'last_name') }}, '')), '') as person,
        {{ landed(rows, 'email') }} as email,
        {{ landed(rows, 'billing_address.country') }} as country,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        coalesce({{ landed(rows, 'deleted', 'boolean') }}, false) as is_deleted,
        {{ landed(rows, 'relationship.parent_id', 'id') }} as parent_customer_id,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}
)

select
    customer_id,
    coalesce(company, person) as customer_name,
    email,
    country,
    created_at,
    -- Nothing changes after it is deleted.
    case when is_deleted then updated_at end as deleted_at,
    nullif(parent_customer_id, customer_id) as parent_customer_id,
    loaded_at
from customers
