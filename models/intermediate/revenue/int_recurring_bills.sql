-- Grain: one row per subscription item and month with MRR or a recurring bill.
with

item_months as (

    select
        subscription_id,
        item_id,
        activity_month,
        mrr_amount,
        mrr_list_amount
    from {{ ref('int_subscription_item_months') }}
    where mrr_list_amount > 0

),

bills as (

    select
        subscription_id,
        item_id,
        issued_month as activity_month,
        sum(amount + discount_amount) as billed_list_amount,
        sum(discount_amount) as discount_amount,
        sum(cast((amount + discount_amount) / period_months as {{ type_amount() }})) as billed_list_monthly_amount
    from {{ ref('int_invoice_lines') }}
    where kind = 'recurring'
    group by subscription_id, item_id, issued_month

)

select
    coalesce(item_months.subscription_id, bills.subscription_id) as subscription_id,
    coalesce(item_months.item_id, bills.item_id) as item_id,
    coalesce(item_months.activity_month, bills.activity_month) as activity_month,
    coalesce(item_months.mrr_amount, 0) as mrr_amount,
    coalesce(item_months.mrr_list_amount - item_months.mrr_amount, 0) as mrr_discount_amount,
    case when bills.activity_month is null then -item_months.mrr_list_amount else 0 end as not_billed_amount,
    case when item_months.activity_month is null then bills.billed_list_amount else 0 end as billed_without_mrr_amount,
    coalesce(bills.billed_list_monthly_amount - item_months.mrr_list_amount, 0) as price_difference_amount,
    case
        when item_months.activity_month is null then 0
        else coalesce(bills.billed_list_amount - bills.billed_list_monthly_amount, 0)
    end as billed_ahead_amount,
    -coalesce(bills.discount_amount, 0) as discount_amount
from item_months
full outer join bills
    on
        item_months.subscription_id = bills.subscription_id
        and item_months.item_id = bills.item_id
        and item_months.activity_month = bills.activity_month
