-- Grain: one row per customer (filter: with a subscription, running or to start later).
with

movements as (select * from {{ ref('int_customer_movements') }}),

items as (select * from {{ ref('int_subscription_items') }}),

latest_months as (

    select
        customer_id,
        cohort_month,
        mrr_amount,
        usage_mrr_amount,
        is_active,
        is_usage_billed,
        is_paused,
        max(case when movement_type = 'churn' then activity_month end) over (partition by customer_id)
            as last_churn_month,
        max(case when movement_type = 'transfer' then activity_month end) over (partition by customer_id)
        > max(case when is_active or movement_type = 'churn' then activity_month end) over (partition by customer_id)
            as has_handed_over,
        row_number() over (partition by customer_id order by activity_month desc) as recency
    from movements

),

item_totals as (

    select
        customer_id,
        max(case when is_on_free_plan then 1 else 0 end) = 1 as is_on_free_plan,
        max(case when status = 'signed' then 1 else 0 end) = 1 as is_signed,
        max(case when status = 'trialing' then 1 else 0 end) = 1 as is_on_trial,
        sum(committed_mrr_amount) as committed_mrr_amount
    from items
    group by customer_id

)

select
    coalesce(latest_months.customer_id, item_totals.customer_id) as customer_id,
    case
        when latest_months.mrr_amount > 0 or latest_months.is_usage_billed then 'paying'
        when latest_months.is_active or item_totals.is_on_free_plan then 'free'
        when latest_months.is_paused then 'paused'
        when item_totals.is_signed then 'signed'
        when item_totals.is_on_trial then 'trial'
        when latest_months.has_handed_over then 'transferred'
        when latest_months.cohort_month is not null then 'churned'
        else 'never_paid'
    end as customer_status,
    coalesce(latest_months.is_active, false) as is_active,
    coalesce(latest_months.mrr_amount, 0) as mrr_amount,
    latest_months.usage_mrr_amount,
    coalesce(item_totals.committed_mrr_amount, 0) as committed_mrr_amount,
    latest_months.cohort_month,
    latest_months.last_churn_month
from latest_months
full outer join item_totals on latest_months.customer_id = item_totals.customer_id
where coalesce(latest_months.recency, 1) = 1
