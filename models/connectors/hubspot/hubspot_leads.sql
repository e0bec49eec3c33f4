-- Grain: one row per contact that was neither deleted nor merged into another one.
{{ config(enabled='hubspot' in var('connectors') | string) }}
with

contacts as (select * from {{ ref('base_hubspot_contacts') }})

select
    contact_id as lead_id,
    created_at,
    {{ mapped_channel('hubspot', 'contacts.source') }} as channel,
    case when is_customer then customer_id end as customer_id,
    loaded_at
from contacts
where not is_deleted and not is_merged
