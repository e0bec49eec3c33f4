-- Grain: one row per account, those that were deleted or merged too, with the customer that it is.
{{ config(enabled='salesforce' in var('connectors') | string) }}
{%- set rows = landed_table('salesforce', ['account', 'accounts'], 'accounts') %}
{#- Custom fields end with __c; loaders that write snake case have one underscore of it. -#}
{%- set id_field = var('salesforce_customer_id_field', 'Stripe_Customer_Id__c') | lower %}
with

landed_accounts as (

    select
        {{ landed(rows, 'id') }} as account_id,
        {{ landed(rows, [id_field, id_field | replace('__c', '_c'), id_field | replace('__c', '')]) }} as stored_id,
        {{ landed(rows, ['master_record_id', 'masterrecordid']) }} as master_record_id,
        {{ landed(rows, ['parent_id', 'parentid']) }} as parent_account_id,
        {{ landed(rows, 'name') }} as customer_name,
        {{ landed(rows, ['billing_country_code', 'billingcountrycode', 'shipping_country_code', 'shippingcountrycode']) }} as country_code,
        {{ landed(rows, ['billing_country', 'billingcountry', 'shipping_country', 'shippingcountry']) }} as country_name,
        {{ landed(rows, 'industry') }} as industry,
        {{ landed(rows, ['number_of_employees', 'numberofemployees'], 'number') }} as employee_count,
        {{ landed(rows, ['account_source', 'accountsource']) }} as channel_source,
        {{ landed(rows, ['created_date', 'createddate'], 'instant') }} as created_at,
        coalesce({{ landed(rows, ['is_deleted', 'isdeleted'], 'boolean') }}, false) as is_deleted,
        coalesce({{ landed(rows, '_fivetran_active', 'boolean') }}, true) as is_active,
        {{ landed(rows, ['system_modstamp', 'systemmodstamp', 'last_modified_date', 'lastmodifieddate'], 'instant') }} as updated_at,
        {{ landed_at(rows) }} as loaded_at
    from {{ rows.sql }}

),

accounts as (
    select
        *,
        row_number() over (
            partition by account_id order by updated_at desc nulls last, loaded_at desc nulls last, stored_id asc
        ) as recency
    from landed_accounts
    where is_active
),

-- Reports show the first fifteen characters of an id, which are enough.
known_accounts as (
    select
        *,
        {{ known_customer('salesforce', ['account_id', 'left(account_id, 15)'], 'stored_id') }} as customer_id
    from accounts
    where recency = 1
)

select
    accounts.account_id,
    coalesce(accounts.customer_id, masters.customer_id) as customer_id,
    case when masters.customer_id <> accounts.customer_id then masters.customer_id end as merged_into_customer_id,
    parents.customer_id as parent_customer_id,
    accounts.customer_name,
    coalesce({{ country_code('accounts.country_code') }}, {{ country_code('accounts.country_name') }}) as country,
    accounts.industry,
    accounts.employee_count,
    {{ mapped_channel('salesforce', 'accounts.channel_source') }} as acquisition_channel,
    accounts.created_at,
    accounts.master_record_id is not null as is_merged,
    accounts.is_deleted,
    accounts.loaded_at
from known_accounts as accounts
left join known_accounts as masters on accounts.master_record_id = masters.account_id
left join known_accounts as parents on accounts.parent_account_id = parents.account_id
