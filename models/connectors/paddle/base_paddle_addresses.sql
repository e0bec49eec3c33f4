-- Grain: one row per address of a customer, in the order in which they say the customer's country.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set rows = landed_table('paddle', ['addresses', 'address', 'customer_address', 'customer_addresses'], 'addresses') %}
with

landed_addresses as (

    select
        {{ landed(rows, 'id', 'id') }} as address_id,
        {{ landed(rows, 'customer_id', 'id') }} as customer_id,
        upper({{ landed(rows, 'country_code') }}) as country,
        {{ landed(rows, 'status') }} as status,
        {{ landed(rows, ['updated_at', 'created_at'], 'instant') }} as dated_at,
        row_number() over (
            partition by {{ landed(rows, 'id', 'id') }}
            order by {{ landed(rows, ['updated_at', 'created_at'], 'instant') }} desc nulls last, {{ landed_at(rows) }} desc nulls last
        ) as recency
    from {{ rows.sql }}

)

select
    address_id,
    customer_id,
    country,
    row_number() over (
        partition by customer_id order by case status when 'archived' then 1 else 0 end asc, dated_at desc nulls last, address_id desc
    ) as choice
from landed_addresses
where recency = 1 and country is not null
