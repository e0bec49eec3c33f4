-- Grain: one row per customer and month (filter: months at whose end the customer is active or paused).
{%- set customer_log = 'partition by customer_months.customer_id order by customer_months.activity_month asc' %}
with

customer_months as (select * from {{ ref('int_customer_months') }}),

main_items as (select * from {{ ref('int_customer_main_items') }}),

served_months as (

    select
        customer_months.customer_id,
        customer_months.activity_month,
        customer_months.mrr_amount,
        main_items.renewal_months,
        main_items.billing_months,
        lag(customer_months.activity_month) over ({{ customer_log }}) as last_activity_month,
        lag(main_items.renewal_months) over ({{ customer_log }}) as last_renewal_months,
        lag(main_items.billing_months) over ({{ customer_log }}) as last_billing_months
    from customer_months
    inner join main_items
        on
            customer_months.customer_id = main_items.customer_id
            and customer_months.activity_month = main_items.activity_month
    where customer_months.is_active or customer_months.is_paused

),

spell_starts as (

    select
        customer_id,
        activity_month,
        mrr_amount,
        renewal_months,
        billing_months,
        -- A spell goes on from one month to the next while the length of the terms stays.
        case
            when
                last_renewal_months = renewal_months
                and last_billing_months = billing_months
                and {{ months_between('last_activity_month', 'activity_month') }} = 1
                then 0
            else 1
        end as starts_spell
    from served_months

)

select
    customer_id,
    activity_month,
    mrr_amount,
    renewal_months,
    billing_months,
    starts_spell = 1 as is_spell_start,
    sum(starts_spell) over (partition by customer_id order by activity_month asc) as spell_number
from spell_starts
