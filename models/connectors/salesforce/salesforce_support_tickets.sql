-- Grain: one row per case that was neither deleted nor merged into another one.
{{ config(enabled='salesforce' in var('connectors') | string) }}
{%- set rows = landed_table('salesforce', ['case', 'cases'], 'cases') %}
{%- set people = landed_table('salesforce', ['contact', 'contacts'], 'people') %}
{#- Ids of several systems may meet. -#}
{%- set prefix = 'salesforce:' if connected_models('support_tickets') | length > 1 else '' %}
with

accounts as (select * from {{ ref('base_salesforce_accounts') }}),

landed_cases as (

    select
        {{ landed(rows, 'id') }} as case_id,
        {{ landed(rows, ['account_id', 'accountid']) }} as account_id,
        {{ landed(rows, ['contact_id', 'contactid']) }} as contact_id,
        lower({{ landed(rows, ['supplied_email', 'suppliedemail', 'contact_email', 'contactemail']) }}) as email,
        {{ landed(rows, ['created_date', 'createddate'], 'instant') }} as created_at,
        {{ landed(rows, ['closed_date', 'closeddate'], 'instant') }} as closed_at,
        {{ landed(rows, ['is_closed', 'isclosed'], 'boolean') }} as is_closed,
        lower({{ landed(rows, 'priority') }}) as priority,
        {{ landed(rows, ['master_record_id', 'masterrecordid']) }} as master_record_id,
        coalesce({{ landed(rows, ['is_deleted', 'isdeleted'], 'boolean') }}, false) as is_deleted,
        coalesce({{ landed(rows, '_fivetran_active', 'boolean') }}, true) as is_active,
        {{ landed(rows, ['system_modstamp', 'systemmodstamp', 'last_modified_date', 'lastmodifieddate'], 'instant') }} as updated_at,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

cases as (
    select
        *,
        row_number() over (
            partition by case_id order by updated_at desc nulls last, loaded_at desc nulls last, closed_at desc nulls last
        ) as recency
    from landed_cases
    where is_active
),

landed_contacts as (

    select
        {{ landed(people, 'id') }} as contact_id,
        {{ landed(people, ['account_id', 'accountid']) }} as account_id,
        lower({{ landed(people, 'email') }}) as email,
        row_number() over (
            partition by {{ landed(people, 'id') }}
            order by
                {{ landed(people, ['system_modstamp', 'systemmodstamp'], 'instant') }} desc nulls last,
                {{ landed_at(people) }} desc nulls last
        ) as recency
    from {{ people.sql }}
    where coalesce({{ landed(people, '_fivetran_active', 'boolean') }}, true)

),

known_contacts as (
    select
        landed_contacts.contact_id,
        coalesce(
            accounts.customer_id,
            {{ known_customer(
                'salesforce',
                ['landed_contacts.contact_id', 'landed_contacts.email', email_domain('landed_contacts.email')]
            ) }}
        ) as customer_id
    from landed_contacts
    left join accounts on landed_contacts.account_id = accounts.account_id
    where landed_contacts.recency = 1
)

select
    '{{ prefix }}' || cases.case_id as ticket_id,
    coalesce(
        accounts.customer_id,
        known_contacts.customer_id,
        {{ known_customer('salesforce', ['cases.email', email_domain('cases.email')]) }}
    ) as customer_id,
    cases.created_at as opened_at,
    case when coalesce(cases.is_closed, true) then cases.closed_at end as resolved_at,
    replace(cases.priority, 'medium', 'normal') as priority,
    cases.loaded_at
from cases
left join accounts on cases.account_id = accounts.account_id
left join known_contacts on cases.contact_id = known_contacts.contact_id
where cases.recency = 1 and not cases.is_deleted and cases.master_record_id is null
