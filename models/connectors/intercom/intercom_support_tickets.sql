-- Grain: one row per conversation that a contact began or answered.
{{ config(enabled='intercom' in var('connectors') | string) }}
{%- set rows = landed_table('intercom', ['conversation_history', 'conversations', 'conversation'], 'conversations') %}
{%- set link_tables = ['conversation_contact_history', 'conversations__contacts__contacts'] %}
{%- set links = landed_list(rows, 'contacts.contacts', 'links', link_tables) %}
{%- set owner = links if 'conversation_id' in (links.columns or {}) else rows %}
{#- Ids of several systems may meet. -#}
{%- set prefix = 'intercom:' if connected_models('support_tickets') | length > 1 else '' %}
with

conversations as (select * from {{ ref('base_intercom_conversations') }}),

contacts as (select * from {{ ref('base_intercom_contacts') }}),

-- Who began a conversation counts before who takes part in it.
participants as (

    select
        conversation_id,
        author_id as contact_id,
        1 as preference
    from conversations
    union all
    select
        {{ landed(owner, ['conversation_id', 'id']) }} as conversation_id,
        {{ landed_element(links, ['contact_id', 'id'] if owner == links else ['id']) }} as contact_id,
        2 as preference
    from {{ links.sql }}
    where coalesce({{ landed(owner, '_fivetran_active', 'boolean') }}, true)

),

ordered_customers as (
    select
        participants.conversation_id,
        contacts.customer_id,
        row_number() over (
            partition by participants.conversation_id order by participants.preference asc, contacts.contact_id asc
        ) as choice
    from participants
    inner join contacts on participants.contact_id = contacts.contact_id
)

select
    '{{ prefix }}' || conversations.conversation_id as ticket_id,
    coalesce(ordered_customers.customer_id, conversations.author_customer_id) as customer_id,
    conversations.created_at as opened_at,
    conversations.resolved_at,
    conversations.priority,
    conversations.landed_at as loaded_at
from conversations
left join ordered_customers
    on conversations.conversation_id = ordered_customers.conversation_id and ordered_customers.choice = 1
