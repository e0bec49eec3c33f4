-- Every offer covers the same customers and the same MRR: those on monthly terms in lifetime value.
with

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
        sum(mrr_amount) as mrr_amount
    from {{ ref('customer_ltv') }}
    where mrr_amount > 0 and survival_segment like 'month / %'

),

best_offers as (

    select sum(best_count) as best_count
    from offers

)

select
    offers.discount_rate,
    offers.customer_count - monthly_customers.customer_count as difference_count
from offers
cross join monthly_customers
cross join best_offers
where
    offers.customer_count <> monthly_customers.customer_count
    or offers.mrr_amount <> monthly_customers.mrr_amount
    or best_offers.best_count > monthly_customers.customer_count
