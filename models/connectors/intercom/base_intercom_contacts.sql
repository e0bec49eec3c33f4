-- Grain: one row per contact whose customer is known: by an id of its own, its oldest company that is a customer, or the seed.
{{ config(enabled='intercom' in var('connectors') | string) }}
{%- set rows = landed_table('intercom', ['contact_history', 'contacts', 'contact'], 'contacts') %}
{%- set link_tables = ['contact_company_history', 'contact_companies', 'contacts__companies__data'] %}
{%- set links = landed_list(rows, 'companies.data', 'links', link_tables) %}
{%- set owner = links if 'contact_id' in (links.columns or {}) else rows %}
{%- set attribute = var('intercom_customer_id_attribute', 'company_id') %}
with

companies as (select * from {{ ref('base_intercom_companies') }}),

landed_contacts as (

    select
        {{ landed(rows, 'id') }} as contact_id,
        {{ landed(rows, ['custom_attributes.' ~ attribute, 'custom_' ~ attribute]) }} as stored_id,
        lower({{ landed(rows, 'email') }}) as email,
        coalesce({{ landed(rows, '_fivetran_active', 'boolean') }}, true) as is_active,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}

),

contacts as (
    select
        *,
        row_number() over (
            partition by contact_id order by updated_at desc nulls last, landed_at desc nulls last, email asc
        ) as recency
    from landed_contacts
    where is_active
),

contact_companies as (

    select
        {{ landed(owner, ['contact_id', 'id']) }} as contact_id,
        {{ landed_element(links, ['company_id', 'id'] if owner == links else ['id']) }} as company_id,
        coalesce({{ landed(owner, '_fivetran_active', 'boolean') }}, true) as is_active,
        rank() over (
            partition by {{ landed(owner, ['contact_id', 'id']) }}
            order by {{ 'cast(null as timestamp)' if owner == links else landed(rows, 'updated_at', 'instant') }} desc nulls last
        ) as recency
    from {{ links.sql }}

),

ordered_customers as (
    select
        contact_companies.contact_id,
        companies.customer_id,
        row_number() over (
            partition by contact_companies.contact_id
            order by companies.created_at asc nulls last, companies.company_id asc
        ) as choice
    from contact_companies
    inner join companies on contact_companies.company_id = companies.company_id
    where contact_companies.is_active and contact_companies.recency = 1 and companies.customer_id is not null
),

known_contacts as (
    select
        contacts.contact_id,
        coalesce(
            {{ known_customer('intercom', [], 'contacts.stored_id') }},
            ordered_customers.customer_id,
            {{ known_customer('intercom', ['contacts.contact_id', 'contacts.email', email_domain('contacts.email')]) }}
        ) as customer_id
    from contacts
    left join ordered_customers on contacts.contact_id = ordered_customers.contact_id and ordered_customers.choice = 1
    where contacts.recency = 1
)

select
    contact_id,
    customer_id
from known_contacts
where customer_id is not null
