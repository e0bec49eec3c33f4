-- Today's MRR is the same whether it is summed over customers, over subscriptions or read from the newest month.
with

customers as (

    select coalesce(sum(mrr_amount), 0) as mrr_amount
    from {{ ref('customers') }}

),

subscriptions as (

    select coalesce(sum(mrr_amount), 0) as mrr_amount
    from {{ ref('subscriptions') }}

),

months as (

    select coalesce(sum(closing_mrr_amount), 0) as mrr_amount
    from {{ ref('mrr_monthly') }}
    where activity_month = (select max(newest.activity_month) from {{ ref('mrr_monthly') }} as newest)

)

select
    customers.mrr_amount as customers_mrr_amount,
    subscriptions.mrr_amount as subscriptions_mrr_amount,
    months.mrr_amount as months_mrr_amount
from customers
cross join subscriptions
cross join months
where customers.mrr_amount <> months.mrr_amount or subscriptions.mrr_amount <> months.mrr_amount
