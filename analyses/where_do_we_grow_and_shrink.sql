-- MRR and net retention of the last complete month by plan, product, owner, country and each attribute of your own.
with

cells as (

    select
        activity_month,
        dimension_name,
        dimension_value,
        closing_mrr_amount,
        expansion_mrr_amount,
        churn_mrr_amount,
        nrr_12m_rate,
        grr_12m_rate,
        logo_churn_rate,
        dense_rank() over (order by activity_month desc) as recency
    from {{ ref('mrr_by_dimension_monthly') }}
    where not is_partial_month

)

select
    activity_month,
    dimension_name,
    dimension_value,
    closing_mrr_amount,
    expansion_mrr_amount,
    churn_mrr_amount,
    nrr_12m_rate,
    grr_12m_rate,
    logo_churn_rate
from cells
where recency = 1
order by dimension_name asc, closing_mrr_amount desc, dimension_value asc
