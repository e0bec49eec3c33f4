-- Grain: one row per customer (filter: with a subscription).
with

movements as (select * from {{ ref('int_customer_movements') }}),

latest_months as (

    select
        customer_id,
        cohort_month,
        mrr_amount,
        is_active,
        is_paused,
        max(case when movement_type = 'churn' then activity_month end) over (partition by customer_id)
            as last_churn_month,
        row_number() over (partition by customer_id order by activity_month desc) as recency
    from movements

)

select
    customer_id,
    case
        when is_active then 'active'
        when is_paused then 'paused'
        when cohort_month is not null then 'churned'
        else 'never_paid'
    end as customer_status,
    is_active,
    mrr_amount,
    cohort_month,
    last_churn_month
from latest_months
where recency = 1
