-- Grain: one row per customer and month at whose end it has an item that is paid, paused or served for free.
with

item_months as (select * from {{ ref('int_subscription_item_months') }}),

ranked_items as (

    select
        customer_id,
        activity_month,
        plan_id,
        billing_interval,
        interval_count,
        term_months,
        -- A trial may state no terms.
        case
            when is_in_service then coalesce({{ interval_months('billing_interval', 'interval_count') }}, 1)
            else {{ interval_months('billing_interval', 'interval_count') }}
        end as interval_months,
        -- What is paid before what is free and what is paused, the core product before add-ons, the largest first.
        row_number() over (
            partition by customer_id, activity_month
            order by
                case when mrr_amount > 0 then 0 when is_in_service then 1 else 2 end,
                case when product_type = 'core' then 0 else 1 end,
                mrr_amount desc,
                subscription_id asc,
                item_id asc
        ) as item_rank
    from item_months

)

select
    customer_id,
    activity_month,
    plan_id,
    billing_interval,
    interval_count,
    cast(interval_months as {{ dbt.type_int() }}) as billing_months,
    cast(least(greatest(interval_months, coalesce(term_months, 0)), 1200) as {{ dbt.type_int() }}) as renewal_months
from ranked_items
where item_rank = 1
