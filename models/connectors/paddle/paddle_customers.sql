-- Grain: one row per customer. Who is billed and not listed is inferred by staging.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set rows = landed_table('paddle', ['customers', 'customer'], 'customers') %}
{%- set businesses = landed_table('paddle', ['businesses', 'business', 'customer_business', 'customer_businesses'], 'businesses') %}
{%- set addresses = landed_table('paddle', ['addresses', 'address', 'customer_address', 'customer_addresses'], 'addresses') %}
with

{% for name, table, column in [('businesses', businesses, 'name'), ('addresses', addresses, 'country_code')] -%}
{{ name }} as (

    select
        {{ landed(table, 'customer_id') }} as customer_id,
        {{ landed(table, column) }} as {{ column }},
        row_number() over (
            partition by {{ landed(table, 'customer_id') }}
            order by
                case {{ landed(table, 'status') }} when 'archived' then 1 else 0 end asc,
                {{ landed(table, ['updated_at', 'created_at'], 'instant') }} desc nulls last,
                {{ landed(table, 'id') }} desc
        ) as recency
    from {{ table.sql }}
    where {{ landed(table, column) }} is not null

),

{% endfor -%}
customers as (

    select
        {{ landed(rows, 'id') }} as customer_id,
        {{ landed(rows, 'name') }} as customer_name,
        {{ landed(rows, 'email') }} as email,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed_at(rows) }} as loaded_at,
        row_number() over (
            partition by {{ landed(rows, 'id') }}
            order by {{ landed(rows, 'updated_at', 'instant') }} desc nulls last, {{ landed_at(rows) }} desc nulls last, {{ landed(rows, 'email') }} asc
        ) as recency
    from {{ rows.sql }}

)

select
    customers.customer_id,
    coalesce(businesses.name, customers.customer_name) as customer_name,
    customers.email,
    addresses.country_code as country,
    customers.created_at,
    customers.loaded_at
from customers
left join businesses on customers.customer_id = businesses.customer_id and businesses.recency = 1
left join addresses on customers.customer_id = addresses.customer_id and addresses.recency = 1
where customers.recency = 1
