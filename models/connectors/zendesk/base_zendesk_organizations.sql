-- Grain: one row per organization, with the customer that it is: by its stored id, else the seed, else the one of its domains.
{{ config(enabled='zendesk' in var('connectors') | string) }}
{%- set rows = landed_table('zendesk', ['organization', 'organizations'], 'organizations') %}
{%- set domains = landed_list(rows, 'domain_names', 'domains', ['domain_name', 'organizations__domain_names']) %}
{%- set field = var('zendesk_customer_id_field', 'external_id') %}
with

landed_organizations as (

    select
        {{ landed(rows, 'id') }} as organization_id,
        {{ landed(rows, [field, 'organization_fields.' ~ field, 'custom_' ~ field]) }} as stored_id,
        {{ landed(rows, 'updated_at', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as landed_at
    from {{ rows.sql }}

),

organizations as (
    select
        *,
        row_number() over (
            partition by organization_id order by updated_at desc nulls last, landed_at desc nulls last, stored_id asc
        ) as recency
    from landed_organizations
),

landed_domains as (

    select
        {{ landed(domains if 'organization_id' in (domains.columns or {}) else rows, ['organization_id', 'id']) }} as organization_id,
        lower({{ landed_element(domains, ['domain_name', 'value']) }}) as domain_name
    from {{ domains.sql }}

),

known_domains as (
    select
        organization_id,
        {{ known_customer('zendesk', ['domain_name']) }} as customer_id
    from landed_domains
),

-- Domains of several customers say nothing.
domain_customers as (
    select
        organization_id,
        min(customer_id) as customer_id
    from known_domains
    group by organization_id
    having count(distinct customer_id) = 1
)

select
    organizations.organization_id,
    coalesce(
        {{ known_customer('zendesk', ['organizations.organization_id'], 'organizations.stored_id') }},
        domain_customers.customer_id
    ) as customer_id
from organizations
left join domain_customers on organizations.organization_id = domain_customers.organization_id
where organizations.recency = 1
