-- ARR and MRR at each month's end, with the retention of the year before.
select
    activity_month,
    is_partial_month,
    closing_arr_amount,
    closing_mrr_amount,
    paying_customer_count,
    nrr_12m_rate,
    grr_12m_rate
from {{ ref('mrr_monthly') }}
order by activity_month desc
