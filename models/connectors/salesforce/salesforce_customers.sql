-- Grain: one row per customer that Salesforce knows: of several accounts of one customer the oldest that was not merged.
{{ config(enabled='salesforce' in var('connectors') | string) }}
with

accounts as (select * from {{ ref('base_salesforce_accounts') }}),

{{ customers_of_accounts('account_id') }}
