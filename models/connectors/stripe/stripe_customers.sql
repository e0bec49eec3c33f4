-- Grain: one row per customer that was loaded, from live mode. Who is billed and no longer listed is inferred by staging.
{{ config(enabled='stripe' in var('connectors') | string) }}
{%- set rows = landed_table('stripe', ['customer', 'customers'], 'customers') %}
with

customers as (

    select
        {{ landed(rows, 'id', 'id') }} as customer_id,
        {{ landed(rows, ['name', 'description']) }} as customer_name,
        {{ landed(rows, 'email') }} as email,
        {{ landed(rows, ['address.country', 'shipping.address.country']) }} as country,
        {{ landed(rows, ['created', 'created_utc'], 'instant') }} as created_at,
        {{ landed_at(rows) }} as loaded_at,
        coalesce({{ landed(rows, 'livemode', 'boolean') }}, true) as is_live
    from {{ rows.sql }}

)

select
    customer_id,
    customer_name,
    email,
    country,
    created_at,
    loaded_at
from customers
where is_live
