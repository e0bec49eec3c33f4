-- Grain: one row per customer. Who is billed and not listed is inferred by staging.
{{ config(enabled='paddle' in var('connectors') | string) }}
{%- set rows = landed_table('paddle', ['customers', 'customer'], 'customers') %}
{%- set businesses = landed_table('paddle', ['businesses', 'business', 'customer_business', 'customer_businesses'], 'businesses') %}
with

addresses as (select * from {{ ref('base_paddle_addresses') }}),

businesses as (

    select
        {{ landed(businesses, 'customer_id', 'id') }} as customer_id,
        {{ landed(businesses, 'name') }} as business_name,
        row_number() over (
            partition by {{ landed(businesses, 'customer_id', 'id') }}
            order by
                case {{ landed(businesses, 'status') }} when 'archived' then 1 else 0 end asc,
                {{ landed(businesses, ['updated_at', 'created_at'], 'instant') }} desc nulls last,
                {{ landed(businesses, 'id', 'id') }} desc
        ) as recency
    from {{ businesses.sql }}

),

customers as (

    select
        {{ landed(rows, 'id', 'id') }} as customer_id,
        {{ landed(rows, 'name') }} as customer_name,
        {{ landed(rows, 'email') }} as email,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed_at(rows) }} as loaded_at,
        row_number() over (
            partition by {{ landed(rows, 'id', 'id') }}
            order by
                {{ landed(rows, 'updated_at', 'instant') }} desc nulls last,
                {{ landed_at(rows) }} desc nulls last,
                {{ landed(rows, 'email') }} asc
        ) as recency
    from {{ rows.sql }}

)

select
    customers.customer_id,
    coalesce(businesses.business_name, customers.customer_name) as customer_name,
    customers.email,
    addresses.country,
    customers.created_at,
    customers.loaded_at
from customers
left join businesses on customers.customer_id = businesses.customer_id and businesses.recency = 1
left join addresses on customers.customer_id = addresses.customer_id and addresses.choice = 1
where customers.recency = 1
