-- Grain: one row per contact or ticket of a company that is a customer: of its companies the primary one, else the oldest.
{{ config(enabled='hubspot' in var('connectors') | string) }}
{%- set primary_properties = {'contact': 'associatedcompanyid', 'ticket': 'hs_primary_company_id'} %}
{#- How HubSpot numbers the relation to a primary company; it has no other relation of that number. -#}
{%- set primary_types = {'contact': '1', 'ticket': '26'} %}
with

companies as (select * from {{ ref('base_hubspot_companies') }}),

landed_links as (

    {%- for object_type in primary_properties %}
    {%- set rows = landed_table('hubspot', [object_type, object_type ~ 's'], 'objects') %}
    {%- set path = 'companies' if is_landed(rows, 'companies') else 'associations.companies.results' %}
    {%- set links = landed_list(rows, path, 'links', [object_type ~ '_company', object_type ~ 's__companies']) %}
    {%- set owner_id = object_type ~ '_id' %}
    select
        '{{ object_type }}' as object_type,
        {{ landed(rows, 'id') }} as object_id,
        -- Loaders give this id as a number, which may have a decimal point.
        replace({{ hubspot_property(rows, primary_properties[object_type]) }}, '.0', '') as company_id,
        true as is_primary
    from {{ rows.sql }}
    union all
    select
        '{{ object_type }}' as object_type,
        {{ landed(links if owner_id in (links.columns or {}) else rows, [owner_id, 'id']) }} as object_id,
        {{ landed_element(links, ['company_id', 'companies_id', 'id']) }} as company_id,
        coalesce(
            {{ landed(links, ['type_id', 'type']) }} in ('{{ primary_types[object_type] }}', '{{ object_type }}_to_company')
            or lower({{ landed(links, 'label') }}) like '%primary%', false
        ) as is_primary
    from {{ links.sql }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}

),

ordered_links as (
    select
        links.object_type,
        links.object_id,
        companies.customer_id,
        row_number() over (
            partition by links.object_type, links.object_id
            order by
                case when links.is_primary then 0 else 1 end asc,
                companies.created_at asc nulls last,
                companies.company_id asc
        ) as choice
    from landed_links as links
    inner join companies on links.company_id = companies.company_id
    where companies.customer_id is not null
)

select
    object_type,
    object_id,
    customer_id
from ordered_links
where choice = 1
