-- Monthly customers for whom a prepaid year pays off: the best offer, and the break-even discount.
select
    customers.customer_name,
    customers.health_status,
    annual_offers.mrr_amount,
    annual_offers.expected_months,
    annual_offers.discount_rate as offered_discount_rate,
    annual_offers.break_even_discount_rate,
    annual_offers.prepaid_amount,
    annual_offers.monthly_value_amount,
    annual_offers.gain_amount,
    annual_offers.expected_gain_amount
from {{ ref('annual_offers') }} as annual_offers
inner join {{ ref('customers') }} as customers on annual_offers.customer_id = customers.customer_id
where annual_offers.is_best_offer
order by annual_offers.expected_gain_amount desc, customers.customer_id asc
limit 100
