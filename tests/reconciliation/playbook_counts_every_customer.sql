-- Every month's outcomes are of the customers that paid at its end, with their MRR then and three months later: each
-- month whose lifetime value, and so whose segments, are known, and that is followed by three complete ones.
with

judged_months as (

    select judged.activity_month
    from {{ ref('ltv_monthly') }} as judged
    inner join {{ ref('int_months') }} as later_months
        on
            {{ add_months('judged.activity_month', 3) }} = later_months.activity_month
            and not later_months.is_partial_month

),

customer_months as (select * from {{ ref('int_customer_months') }}),

levels as (

    select
        months.activity_month,
        count(*) as customer_count,
        sum(months.mrr_amount) as mrr_amount,
        sum(coalesce(later_months.mrr_amount, 0)) as later_mrr_amount
    from customer_months as months
    left join customer_months as later_months
        on
            months.customer_id = later_months.customer_id
            and later_months.activity_month = {{ add_months('months.activity_month', 3) }}
    where months.is_active
    group by months.activity_month

),

outcomes as (

    select
        activity_month,
        sum(customer_count) as customer_count,
        sum(mrr_amount) as mrr_amount,
        sum(later_mrr_amount) as later_mrr_amount
    from {{ ref('playbook_outcomes') }}
    group by activity_month

)

select
    coalesce(levels.activity_month, outcomes.activity_month) as activity_month,
    coalesce(outcomes.customer_count, 0) - coalesce(levels.customer_count, 0) as difference_count
from judged_months
inner join levels on judged_months.activity_month = levels.activity_month
full outer join outcomes on levels.activity_month = outcomes.activity_month
where
    coalesce(outcomes.customer_count, 0) <> coalesce(levels.customer_count, 0)
    or outcomes.mrr_amount <> levels.mrr_amount
    or outcomes.later_mrr_amount <> levels.later_mrr_amount
