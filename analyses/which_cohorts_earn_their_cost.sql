-- LTV:CAC by channel and the month in which customers were won.
select
    cohort_month,
    acquisition_channel,
    spend_amount,
    new_customer_count,
    cac_amount,
    ltv_amount,
    ltv_cac_ratio,
    ltv_cac_status
from {{ ref('unit_economics') }}
where not is_partial_month
order by cohort_month desc, acquisition_channel asc
