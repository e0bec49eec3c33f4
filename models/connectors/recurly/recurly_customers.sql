-- Grain: one row per account. Who is billed and not listed is inferred by staging.
{{ config(enabled='recurly' in var('connectors') | string) }}
{%- set rows = landed_table('recurly', ['account_history', 'accounts', 'account'], 'accounts') %}
with

accounts as (

    select
        {{ landed(rows, 'id', 'id') }} as customer_id,
        {{ landed(rows, 'company') }} as company,
        {{ landed(rows, ['account_first_name', 'first_name']) }} as first_name,
        {{ landed(rows, ['account_last_name', 'last_name']) }} as last_name,
        {{ landed(rows, 'code') }} as code,
        {{ landed(rows, 'email') }} as email,
        {{ landed(rows, ['account_country', 'address.country']) }} as country,
        {{ landed(rows, 'parent_account_id', 'id') }} as parent_customer_id,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed(rows, 'deleted_at', 'instant') }} as deleted_at,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

ordered_accounts as (
    select
        *,
        row_number() over (partition by customer_id order by updated_at desc nulls last, loaded_at desc nulls last, email asc) as recency
    from accounts
)

select
    customer_id,
    coalesce(company, nullif(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')), ''), code) as customer_name,
    email,
    case when length(country) = 2 then country end as country,
    parent_customer_id,
    created_at,
    deleted_at,
    loaded_at
from ordered_accounts
where recency = 1
