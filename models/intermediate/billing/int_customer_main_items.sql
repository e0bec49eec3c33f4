-- Grain: one row per customer and month at whose end it has an item that is paid, paused or in service for free.
with

item_months as (select * from {{ ref('int_subscription_item_months') }}),

periods as (select * from {{ ref('int_subscription_periods') }}),

months as (select * from {{ ref('int_months') }}),

usage_months as (select * from {{ ref('int_usage_revenue_months') }}),

items as (

    select
        customer_id,
        activity_month,
        subscription_id,
        item_id,
        product_type,
        product_name,
        plan_id,
        currency,
        billing_interval,
        interval_count,
        term_months,
        is_in_service,
        mrr_amount
    from item_months

    union all

    -- What is in force at price 0 serves a customer that pays for usage, on a free plan too.
    select
        periods.customer_id,
        months.activity_month,
        periods.subscription_id,
        periods.item_id,
        periods.product_type,
        periods.product_name,
        periods.plan_id,
        periods.currency,
        periods.billing_interval,
        periods.interval_count,
        periods.term_months,
        true as is_in_service,
        0 as mrr_amount
    from usage_months
    inner join months on usage_months.activity_month = months.activity_month
    inner join periods
        on
            usage_months.customer_id = periods.customer_id
            and months.month_end_at > periods.valid_from
            and coalesce(months.month_end_at <= periods.valid_to, true)
    where usage_months.is_usage_billed and periods.is_running

),

ranked_items as (

    select
        customer_id,
        activity_month,
        plan_id,
        product_name,
        currency,
        billing_interval,
        interval_count,
        term_months,
        {{ interval_months('billing_interval', 'interval_count') }} as interval_months,
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
    from items

)

select
    customer_id,
    activity_month,
    plan_id,
    product_name,
    currency,
    billing_interval,
    interval_count,
    cast(interval_months as {{ dbt.type_int() }}) as billing_months,
    cast(least(greatest(interval_months, term_months), 1200) as {{ dbt.type_int() }}) as renewal_months
from ranked_items
where item_rank = 1
