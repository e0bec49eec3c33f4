-- Grain: one row per contact that was neither deleted nor merged into another one.
{{ config(enabled='hubspot' in var('connectors') | string) }}
with

contacts as (select * from {{ ref('base_hubspot_contacts') }})

select
    contacts.contact_id as lead_id,
    contacts.created_at,
    {{ mapped_channel('hubspot', 'contacts.channel_source') }} as channel,
    case when contacts.is_customer then contacts.customer_id end as customer_id,
    contacts.loaded_at
from contacts
where not contacts.is_deleted and not contacts.is_merged
