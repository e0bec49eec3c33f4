-- Grain: one row per customer and month at whose end it pays for seats of the core product.
with

item_months as (select * from {{ ref('int_subscription_item_months') }})

select
    customer_id,
    activity_month,
    sum(quantity) as seat_count
from item_months
where product_type = 'core' and mrr_amount > 0
group by customer_id, activity_month
having sum(quantity) > 0
