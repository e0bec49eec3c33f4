-- The best offer for each green or amber customer, by expected MRR.
with

ranked_offers as (

    select
        *,
        row_number() over (partition by customer_id order by priority_rank asc) as offer_number
    from {{ ref('expansion_candidates') }}

)

select
    ranked_offers.priority_rank,
    customers.customer_name,
    ranked_offers.health_status,
    ranked_offers.mrr_amount,
    ranked_offers.expansion_kind,
    ranked_offers.product_name,
    ranked_offers.offered_plan_id,
    ranked_offers.use_rate,
    ranked_offers.confidence_rate,
    ranked_offers.added_mrr_amount,
    ranked_offers.expected_mrr_amount,
    ranked_offers.advice
from ranked_offers
inner join {{ ref('customers') }} as customers on ranked_offers.customer_id = customers.customer_id
where ranked_offers.offer_number = 1
order by ranked_offers.priority_rank asc
limit 100
