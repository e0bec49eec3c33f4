-- Grain: one row per person of whom something is known.
{{ config(enabled='posthog' in var('connectors') | string) }}
with

persons as (select * from {{ ref('base_posthog_persons') }})

select
    'user' as profile_type,
    person_id as profile_id,
    max(customer_key) as customer_key,
    max(address_customer_id) as address_customer_id,
    max(case when is_own_staff then 1 else 0 end) = 1 as is_own_staff
from persons
where person_id is not null
group by person_id
