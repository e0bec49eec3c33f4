-- Grain: one row per company, with the customer that it is.
{{ config(enabled='intercom' in var('connectors') | string) }}
{%- set rows = landed_table('intercom', ['company_history', 'companies', 'company'], 'companies') %}
{%- set attribute = var('intercom_customer_id_attribute', 'company_id') %}
with

landed_companies as (

    select
        {{ landed(rows, 'id') }} as company_id,
        {{ landed(rows, [attribute, 'custom_attributes.' ~ attribute, 'custom_' ~ attribute]) }} as stored_id,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        coalesce({{ landed(rows, '_fivetran_active', 'boolean') }}, true) as is_active,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}

),

companies as (
    select
        company_id,
        created_at,
        -- Intercom makes companies of its own for leads that are being qualified.
        case when stored_id not like '%-qualification-company' then stored_id end as stored_id,
        row_number() over (
            partition by company_id order by updated_at desc nulls last, landed_at desc nulls last, stored_id asc
        ) as recency
    from landed_companies
    where is_active
)

select
    company_id,
    created_at,
    {{ known_customer('intercom', ['company_id'], 'stored_id') }} as customer_id
from companies
where recency = 1
