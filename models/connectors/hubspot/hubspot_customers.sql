-- Grain: one row per customer that HubSpot knows: of several companies of one customer the oldest that was not merged.
{{ config(enabled='hubspot' in var('connectors') | string) }}
with

accounts as (select * from {{ ref('base_hubspot_companies') }}),

{{ customers_of_accounts('company_id') }}
