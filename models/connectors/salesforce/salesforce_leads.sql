-- Grain: one row per lead that was neither deleted nor merged into another one.
{{ config(enabled='salesforce' in var('connectors') | string) }}
{%- set rows = landed_table('salesforce', ['lead', 'leads'], 'leads') %}
with

accounts as (select * from {{ ref('base_salesforce_accounts') }}),

landed_leads as (

    select
        {{ landed(rows, 'id') }} as lead_id,
        {{ landed(rows, ['created_date', 'createddate'], 'instant') }} as created_at,
        {{ landed(rows, ['lead_source', 'leadsource']) }} as channel_source,
        lower({{ landed(rows, 'email') }}) as email,
        coalesce({{ landed(rows, ['is_converted', 'isconverted'], 'boolean') }}, false) as is_converted,
        {{ landed(rows, ['converted_account_id', 'convertedaccountid']) }} as account_id,
        {{ landed(rows, ['master_record_id', 'masterrecordid']) }} as master_record_id,
        coalesce({{ landed(rows, ['is_deleted', 'isdeleted'], 'boolean') }}, false) as is_deleted,
        coalesce({{ landed(rows, '_fivetran_active', 'boolean') }}, true) as is_active,
        {{ landed(rows, ['system_modstamp', 'systemmodstamp', 'last_modified_date', 'lastmodifieddate'], 'instant') }} as updated_at,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

leads as (
    select
        *,
        row_number() over (
            partition by lead_id order by updated_at desc nulls last, loaded_at desc nulls last, channel_source asc
        ) as recency
    from landed_leads
    where is_active
)

select
    leads.lead_id,
    leads.created_at,
    {{ mapped_channel('salesforce', 'leads.channel_source') }} as channel,
    case
        when leads.is_converted or leads.account_id is not null
            then
                coalesce(
                    accounts.customer_id,
                    {{ known_customer('salesforce', ['leads.lead_id', 'leads.email', email_domain('leads.email')]) }}
                )
    end as customer_id,
    leads.loaded_at
from leads
left join accounts on leads.account_id = accounts.account_id
where leads.recency = 1 and not leads.is_deleted and leads.master_record_id is null
