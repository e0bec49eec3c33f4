-- No customer with an urgent ticket open or a bill overdue has the play of its segment, which may offer an upgrade, or
-- is a candidate for expansion.
{{ config(group='segments') }}
with

customer_segments as (select * from {{ ref('customer_segments') }}),

months as (select * from {{ ref('int_months') }}),

tickets as (select * from {{ ref('support_tickets') }}),

payment_months as (select * from {{ ref('int_payment_months') }}),

candidates as (select * from {{ ref('expansion_candidates') }}),

troubled_customers as (

    select customer_id
    from tickets
    where priority = 'urgent' and is_open

    union distinct

    select payment_months.customer_id
    from payment_months
    inner join months on payment_months.activity_month = months.activity_month
    where months.is_as_of_month and payment_months.payment_trouble > 0

)

select
    customer_segments.customer_id,
    customer_segments.play_driver,
    candidates.product_name
from troubled_customers
inner join customer_segments on troubled_customers.customer_id = customer_segments.customer_id
left join candidates on troubled_customers.customer_id = candidates.customer_id
where customer_segments.play_driver is null or not customer_segments.is_in_trouble or candidates.customer_id is not null
