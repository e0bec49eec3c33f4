-- A customer's opening MRR is its MRR at the end of the month before, and no month is left out.
with

months as (

    select
        customer_id,
        activity_month,
        opening_mrr_amount,
        lag(mrr_amount, 1, 0) over (partition by customer_id order by activity_month asc) as last_mrr_amount,
        lag(activity_month) over (partition by customer_id order by activity_month asc) as last_month
    from {{ ref('customer_months') }}

)

select
    customer_id,
    activity_month,
    opening_mrr_amount,
    last_mrr_amount,
    last_month
from months
where
    opening_mrr_amount <> last_mrr_amount
    or activity_month <> {{ add_months('last_month', 1) }}
