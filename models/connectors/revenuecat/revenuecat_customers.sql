-- Grain: one row per app user, by the first id that it had.
{{ config(enabled='revenuecat' in var('connectors') | string) }}
with

transactions as (

    select
        *,
        min(first_seen_at) over (partition by app_user_id) as created_at,
        row_number() over (
            partition by app_user_id
            order by case when country is null then 1 else 0 end asc, started_at desc nulls last, transaction_id desc
        ) as recency
    from {{ ref('base_revenuecat_transactions') }}

)

select
    app_user_id as customer_id,
    country,
    created_at,
    landed_at as loaded_at
from transactions
where recency = 1 and app_user_id is not null
