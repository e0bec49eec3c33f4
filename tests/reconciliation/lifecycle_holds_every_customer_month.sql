-- Each month's lifecycle has all of its customers, with their MRR and as many that pay.
with

levels as (

    select
        activity_month,
        sum(mrr_amount) as mrr_amount,
        sum(case when mrr_amount > 0 then 1 else 0 end) as paying_count
    from {{ ref('int_customer_months') }}
    group by activity_month

),

lifecycle as (

    select
        activity_month,
        sum(mrr_amount) as mrr_amount,
        sum(case when mrr_amount > 0 then 1 else 0 end) as paying_count
    from {{ ref('customer_lifecycle') }}
    group by activity_month

)

select
    levels.activity_month,
    levels.mrr_amount as expected_mrr_amount,
    lifecycle.mrr_amount as found_mrr_amount
from levels
left join lifecycle on levels.activity_month = lifecycle.activity_month
where
    levels.mrr_amount <> coalesce(lifecycle.mrr_amount, 0)
    or levels.paying_count <> coalesce(lifecycle.paying_count, 0)
