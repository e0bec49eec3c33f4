-- Grain: one row per ticket that was not deleted.
{{ config(enabled='hubspot' in var('connectors') | string) }}
{%- set rows = landed_table('hubspot', ['ticket', 'tickets'], 'tickets') %}
{%- set path = 'contacts' if is_landed(rows, 'contacts') else 'associations.contacts.results' %}
{%- set links = landed_list(rows, path, 'links', ['ticket_contact', 'tickets__contacts']) %}
{#- Ids of several systems may meet. -#}
{%- set prefix = 'hubspot:' if connected_models('support_tickets') | length > 1 else '' %}
with

company_customers as (select * from {{ ref('base_hubspot_company_customers') }}),

contacts as (select * from {{ ref('base_hubspot_contacts') }}),

landed_tickets as (

    select
        {{ landed(rows, 'id') }} as ticket_id,
        {{ hubspot_property(rows, 'createdate', 'instant') }} as created_at,
        {{ hubspot_property(rows, 'closed_date', 'instant') }} as closed_at,
        lower({{ hubspot_property(rows, 'hs_ticket_priority') }}) as priority,
        {{ hubspot_is_deleted(rows) }} as is_deleted,
        {{ hubspot_property(rows, 'hs_lastmodifieddate', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

tickets as (
    select
        *,
        row_number() over (
            partition by ticket_id order by updated_at desc nulls last, loaded_at desc nulls last, closed_at desc nulls last
        ) as recency
    from landed_tickets
),

ticket_contacts as (

    select
        {{ landed(links if 'ticket_id' in (links.columns or {}) else rows, ['ticket_id', 'id']) }} as ticket_id,
        {{ landed_element(links, ['contact_id', 'contacts_id', 'id']) }} as contact_id
    from {{ links.sql }}

),

contact_customers as (
    select
        ticket_contacts.ticket_id,
        contacts.customer_id,
        row_number() over (
            partition by ticket_contacts.ticket_id order by contacts.created_at asc nulls last, contacts.contact_id asc
        ) as choice
    from ticket_contacts
    inner join contacts on ticket_contacts.contact_id = contacts.contact_id
    where contacts.customer_id is not null
)

select
    '{{ prefix }}' || tickets.ticket_id as ticket_id,
    coalesce(company_customers.customer_id, contact_customers.customer_id) as customer_id,
    tickets.created_at as opened_at,
    tickets.closed_at as resolved_at,
    replace(tickets.priority, 'medium', 'normal') as priority,
    tickets.loaded_at
from tickets
left join company_customers on tickets.ticket_id = company_customers.object_id and company_customers.object_type = 'ticket'
left join contact_customers on tickets.ticket_id = contact_customers.ticket_id and contact_customers.choice = 1
where tickets.recency = 1 and not tickets.is_deleted
