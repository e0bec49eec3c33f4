-- Grain: one row per company, those that were deleted or merged too, with the customer that it is.
{{ config(enabled='hubspot' in var('connectors') | string) }}
{%- set rows = landed_table('hubspot', ['company', 'companies'], 'companies') %}
{%- set id_property = var('hubspot_customer_id_property', 'stripe_customer_id') %}
with

merged_companies as (
    select * from {{ ref('base_hubspot_merges') }}
    where object_type = 'company'
),

landed_companies as (

    select
        {{ landed(rows, 'id') }} as company_id,
        {{ hubspot_property(rows, id_property) }} as stored_id,
        {{ hubspot_property(rows, 'name') }} as customer_name,
        lower({{ hubspot_property(rows, 'domain') }}) as domain_name,
        {{ hubspot_property(rows, 'hs_country_code') }} as country_code,
        {{ hubspot_property(rows, 'country') }} as country_name,
        {{ hubspot_property(rows, 'industry') }} as industry,
        {{ hubspot_property(rows, 'numberofemployees', 'number') }} as employee_count,
        {{ hubspot_property(rows, 'hs_analytics_source') }} as channel_source,
        replace({{ hubspot_property(rows, 'hs_parent_company_id') }}, '.0', '') as parent_company_id,
        {{ hubspot_property(rows, 'createdate', 'instant') }} as created_at,
        {{ hubspot_is_deleted(rows) }} as is_deleted,
        {{ hubspot_property(rows, 'hs_lastmodifieddate', 'instant') }} as updated_at,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

companies as (
    select
        *,
        row_number() over (
            partition by company_id order by updated_at desc nulls last, loaded_at desc nulls last, stored_id asc
        ) as recency
    from landed_companies
),

known_companies as (
    select
        *,
        {{ known_customer('hubspot', ['company_id', 'domain_name'], 'stored_id') }} as customer_id
    from companies
    where recency = 1
),

-- A company that was merged may no longer be among those that are loaded.
all_companies as (
    select
        coalesce(companies.company_id, merged_companies.merged_id) as company_id,
        companies.company_id is null as is_gone,
        merged_companies.remaining_id
    from known_companies as companies
    full outer join merged_companies on companies.company_id = merged_companies.merged_id
)

select
    all_companies.company_id,
    coalesce(companies.customer_id, remaining.customer_id) as customer_id,
    case when remaining.customer_id <> companies.customer_id then remaining.customer_id end as merged_into_customer_id,
    parents.customer_id as parent_customer_id,
    companies.customer_name,
    coalesce({{ country_code('companies.country_code') }}, {{ country_code('companies.country_name') }}) as country,
    companies.industry,
    companies.employee_count,
    {{ mapped_channel('hubspot', 'companies.channel_source') }} as acquisition_channel,
    companies.created_at,
    all_companies.remaining_id is not null as is_merged,
    all_companies.is_gone or companies.is_deleted as is_deleted,
    companies.loaded_at
from all_companies
left join known_companies as companies on all_companies.company_id = companies.company_id
left join known_companies as remaining on all_companies.remaining_id = remaining.company_id
left join known_companies as parents on companies.parent_company_id = parents.company_id
