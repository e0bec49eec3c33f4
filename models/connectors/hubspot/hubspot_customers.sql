-- Grain: one row per customer that HubSpot knows: of several companies of one customer the oldest that was not merged.
{{ config(enabled='hubspot' in var('connectors') | string) }}
with

companies as (select * from {{ ref('base_hubspot_companies') }}),

ordered_companies as (
    select
        *,
        row_number() over (
            partition by customer_id
            order by case when is_merged then 1 else 0 end asc, created_at asc nulls last, company_id asc
        ) as choice
    from companies
    -- What was deleted and not merged is no company any more; billing knows the customer.
    where customer_id is not null and (not is_deleted or is_merged) and loaded_at is not null
)

select
    customer_id,
    customer_name,
    country,
    industry,
    employee_count,
    acquisition_channel,
    created_at,
    nullif(parent_customer_id, customer_id) as parent_customer_id,
    merged_into_customer_id,
    loaded_at
from ordered_companies
where choice = 1
