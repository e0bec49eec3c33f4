-- Churn of the last complete month by how long customers had been with the company, and by plan.
with

splits as (

    select
        activity_month,
        churn_split,
        split_value,
        opening_customer_count,
        churn_customer_count,
        churned_mrr_amount,
        logo_churn_rate,
        dense_rank() over (order by activity_month desc) as recency
    from {{ ref('churn_monthly') }}
    where churn_split in ('tenure_band', 'plan') and not is_partial_month

)

select
    activity_month,
    churn_split,
    split_value,
    opening_customer_count,
    churn_customer_count,
    churned_mrr_amount,
    logo_churn_rate
from splits
where recency = 1
order by churn_split asc, logo_churn_rate desc nulls last, split_value asc
