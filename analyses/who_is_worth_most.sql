-- The hundred customers with the highest lifetime value, with expected future value and interval.
select
    customers.customer_name,
    customers.customer_status,
    customer_ltv.survival_segment,
    customer_ltv.mrr_amount,
    customer_ltv.historic_ltv_amount,
    customer_ltv.expected_future_ltv_amount,
    customer_ltv.ltv_low_amount,
    customer_ltv.ltv_amount,
    customer_ltv.ltv_high_amount
from {{ ref('customer_ltv') }} as customer_ltv
inner join {{ ref('customers') }} as customers on customer_ltv.customer_id = customers.customer_id
order by customer_ltv.ltv_amount desc nulls last, customers.customer_id asc
limit 100
