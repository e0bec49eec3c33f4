-- Grain: one row per customer and day of a purchase (filter: customers that paid before or without a subscription).
with

invoice_lines as (select * from {{ ref('int_invoice_lines') }}),

customers as (select * from {{ ref('int_customers') }}),

paid_days as (

    select
        customer_id,
        paid_date as purchased_date,
        sum(amount) as purchase_amount
    from invoice_lines
    where paid_date is not null
    group by customer_id, paid_date
    having sum(amount) > 0

),

numbered_days as (

    select
        paid_days.customer_id,
        paid_days.purchased_date,
        paid_days.purchase_amount,
        customers.started_date as subscribed_date,
        min(paid_days.purchased_date) over (partition by paid_days.customer_id) as first_purchased_date,
        row_number() over (partition by paid_days.customer_id order by paid_days.purchased_date asc) as purchase_number
    from paid_days
    inner join customers on paid_days.customer_id = customers.customer_id

)

select
    customer_id,
    purchased_date,
    purchase_number,
    cast(purchase_amount as {{ type_amount() }}) as purchase_amount,
    subscribed_date
from numbered_days
where coalesce(first_purchased_date < subscribed_date, true)
