-- CAC, LTV:CAC and payback of each channel over the last twelve complete months, and of all together.
select
    acquisition_channel,
    new_customer_count,
    spend_amount,
    cac_amount,
    ltv_amount,
    ltv_cac_ratio,
    payback_months,
    payback_status
from {{ ref('channel_economics') }}
where window_name = 'last_12_months'
order by payback_months asc nulls last, acquisition_channel asc
