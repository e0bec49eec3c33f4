-- Grain: one row per ticket that is neither deleted nor spam.
{{ config(enabled='zendesk' in var('connectors') | string) }}
{%- set rows = landed_table('zendesk', ['ticket', 'tickets'], 'tickets') %}
{%- set people = landed_table('zendesk', ['user', 'users'], 'people') %}
{%- set field = var('zendesk_customer_id_field', 'external_id') %}
{#- The ids of tickets and of users that are called external_id are of other things. -#}
{%- set own_fields = [] if field == 'external_id' else [field, 'custom_' ~ field, 'user_fields.' ~ field] %}
{#- Ids of several systems may meet. -#}
{%- set prefix = 'zendesk:' if connected_models('support_tickets') | length > 1 else '' %}
with

organizations as (select * from {{ ref('base_zendesk_organizations') }}),

resolutions as (select * from {{ ref('base_zendesk_resolutions') }}),

landed_tickets as (

    select
        {{ landed(rows, 'id') }} as ticket_id,
        {{ landed(rows, own_fields) }} as stored_id,
        {{ landed(rows, 'organization_id') }} as organization_id,
        {{ landed(rows, 'requester_id') }} as requester_id,
        lower({{ landed(rows, 'status') }}) as status,
        lower({{ landed(rows, 'priority') }}) as priority,
        {{ landed(rows, 'created_at', 'instant') }} as created_at,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        coalesce({{ landed(rows, '_fivetran_deleted', 'boolean') }}, false) as is_deleted,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}

),

tickets as (
    select
        *,
        row_number() over (
            partition by ticket_id order by updated_at desc nulls last, landed_at desc nulls last, status asc
        ) as recency
    from landed_tickets
),

landed_requesters as (

    select
        {{ landed(people, 'id') }} as requester_id,
        {{ landed(people, own_fields) }} as stored_id,
        {{ landed(people, 'organization_id') }} as organization_id,
        lower({{ landed(people, 'email') }}) as email,
        coalesce({{ landed(people, 'suspended', 'boolean') }}, false) as is_suspended,
        row_number() over (
            partition by {{ landed(people, 'id') }}
            order by {{ landed(people, 'updated_at', 'instant') }} desc nulls last, {{ landed_at(people) }} desc nulls last
        ) as recency
    from {{ people.sql }}

),

requesters as (
    select
        requester_id,
        organization_id,
        is_suspended,
        {{ known_customer('zendesk', ['requester_id', 'email', email_domain('email')], 'stored_id') }} as customer_id
    from landed_requesters
    where recency = 1
)

select
    '{{ prefix }}' || tickets.ticket_id as ticket_id,
    coalesce(
        {{ known_customer('zendesk', [], 'tickets.stored_id') }}, organizations.customer_id, requesters.customer_id
    ) as customer_id,
    tickets.created_at as opened_at,
    case
        when tickets.status is null then resolutions.resolved_at
        when tickets.status in ('solved', 'closed') then coalesce(resolutions.resolved_at, tickets.updated_at)
    end as resolved_at,
    coalesce(tickets.priority, 'normal') as priority,
    greatest(tickets.landed_at, resolutions.landed_at) as loaded_at
from tickets
left join requesters on tickets.requester_id = requesters.requester_id
left join organizations on coalesce(tickets.organization_id, requesters.organization_id) = organizations.organization_id
left join resolutions on tickets.ticket_id = resolutions.ticket_id
where
    tickets.recency = 1
    and not tickets.is_deleted
    and coalesce(tickets.status, 'open') not in ('deleted', 'spam')
    and not coalesce(requesters.is_suspended, false)
