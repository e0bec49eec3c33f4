-- Every offer covers the same customers and the same MRR: those on monthly terms in lifetime value.
with

discounts as (select * from {{ ref('prepaid_offers') }}),

offers as (

    select
        discount_rate,
        count(*) as customer_count,
        sum(mrr_amount) as mrr_amount,
        sum(case when is_best_offer then 1 else 0 end) as best_count
    from {{ ref('annual_offers') }}
    group by discount_rate

),

monthly_customers as (

    select
        count(*) as customer_count,
        coalesce(sum(mrr_amount), 0) as mrr_amount
    from {{ ref('customer_ltv') }}
    where mrr_amount > 0 and survival_segment like 'month / %'

),

best_offers as (

    select sum(best_count) as best_count
    from offers

)

select
    discounts.discount_rate,
    coalesce(offers.customer_count, 0) - monthly_customers.customer_count as difference_count
from discounts
cross join monthly_customers
cross join best_offers
left join offers on discounts.discount_rate = offers.discount_rate
where
    coalesce(offers.customer_count, 0) <> monthly_customers.customer_count
    or coalesce(offers.mrr_amount, 0) <> monthly_customers.mrr_amount
    or best_offers.best_count > monthly_customers.customer_count
