-- Renewals of the next ninety days, earliest notice deadline first.
select
    renewals.last_notice_date,
    renewals.renewal_date,
    customers.customer_name,
    renewals.plan_id,
    renewals.term_months,
    renewals.is_auto_renewing,
    renewals.cancel_requested_at,
    renewals.arr_amount,
    renewals.index_rise_mrr_amount,
    renewals.list_gap_mrr_amount,
    renewals.health_status,
    renewals.segment_name,
    renewals.play
from {{ ref('contract_renewals') }} as renewals
inner join {{ ref('customers') }} as customers on renewals.customer_id = customers.customer_id
where renewals.is_running and renewals.days_left <= 90 and renewals.term_months >= 3
order by renewals.last_notice_date asc, renewals.arr_amount desc, renewals.term_id asc
