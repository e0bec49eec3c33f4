-- Grain: one row per contact, those that were deleted or merged too, with the customer that it belongs to.
{{ config(enabled='hubspot' in var('connectors') | string) }}
{%- set rows = landed_table('hubspot', ['contact', 'contacts'], 'contacts') %}
{%- set id_property = var('hubspot_customer_id_property', 'stripe_customer_id') %}
{#- HubSpot says that a contact has become a customer by its stage, or by the day when it reached that; where none of them was loaded,
    a contact of a customer has become one. -#}
{%- set stage_dates = ['hs_lifecyclestage_customer_date', 'hs_v2_date_entered_customer'] %}
{%- set has_stages = is_landed(rows, hubspot_paths(['lifecyclestage'] + stage_dates)) %}
with

company_customers as (select * from {{ ref('base_hubspot_company_customers') }}),

merged_contacts as (
    select * from {{ ref('base_hubspot_merges') }}
    where object_type = 'contact'
),

landed_contacts as (

    select
        {{ landed(rows, 'id') }} as contact_id,
        {{ hubspot_property(rows, id_property) }} as stored_id,
        lower({{ hubspot_property(rows, 'email') }}) as email,
        {{ hubspot_property(rows, 'hs_analytics_source') }} as channel_source,
        lower({{ hubspot_property(rows, 'lifecyclestage') }}) as lifecycle_stage,
        {{ hubspot_property(rows, stage_dates, 'instant') }} as customer_at,
        {{ hubspot_property(rows, 'createdate', 'instant') }} as created_at,
        {{ hubspot_is_deleted(rows) }} as is_deleted,
        {{ hubspot_property(rows, 'lastmodifieddate', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

contacts as (
    select
        *,
        row_number() over (
            partition by contact_id order by updated_at desc nulls last, loaded_at desc nulls last, email asc
        ) as recency
    from landed_contacts
)

select
    contacts.contact_id,
    coalesce(
        {{ known_customer('hubspot', [], 'contacts.stored_id') }},
        company_customers.customer_id,
        {{ known_customer('hubspot', ['contacts.contact_id', 'contacts.email', email_domain('contacts.email')]) }}
    ) as customer_id,
    contacts.channel_source,
    {%- if has_stages %}
    coalesce(contacts.lifecycle_stage in ('customer', 'evangelist'), false) or contacts.customer_at is not null as is_customer,
    {%- else %}
    true as is_customer,
    {%- endif %}
    contacts.created_at,
    contacts.is_deleted,
    merged_contacts.merged_id is not null as is_merged,
    contacts.loaded_at
from contacts
left join company_customers on contacts.contact_id = company_customers.object_id and company_customers.object_type = 'contact'
left join merged_contacts on contacts.contact_id = merged_contacts.merged_id
where contacts.recency = 1
