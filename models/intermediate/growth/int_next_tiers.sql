-- Grain: one row per customer (filter: pays on the as-of day for a main plan with a tier above it).
with

main_items as (select * from {{ ref('int_customer_main_items') }}),

item_months as (select * from {{ ref('int_subscription_item_months') }}),

plans as (select * from {{ ref('stg_plans') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

months as (select * from {{ ref('int_months') }}),

next_plans as (

    select
        plans.plan_id,
        higher_plans.plan_id as next_plan_id,
        higher_plans.unit_amount,
        higher_plans.currency,
        higher_plans.billing_interval,
        higher_plans.interval_count,
        row_number() over (
            partition by plans.plan_id
            order by higher_plans.tier_rank asc, higher_plans.unit_amount asc nulls last, higher_plans.plan_id asc
        ) as preference
    from plans
    -- The next tier of the same product on the same terms.
    inner join plans as higher_plans
        on
            plans.product_name = higher_plans.product_name
            and plans.product_type = higher_plans.product_type
            and plans.billing_interval = higher_plans.billing_interval
            and plans.interval_count = higher_plans.interval_count
            and plans.tier_rank < higher_plans.tier_rank

),

main_plans as (

    select
        main_items.customer_id,
        main_items.activity_month,
        main_items.plan_id,
        sum(item_months.quantity) as quantity,
        sum(item_months.mrr_list_amount) as mrr_list_amount,
        sum(item_months.mrr_amount) as mrr_amount
    from main_items
    inner join months on main_items.activity_month = months.activity_month and months.is_as_of_month
    inner join item_months
        on
            main_items.customer_id = item_months.customer_id
            and main_items.activity_month = item_months.activity_month
            and main_items.plan_id = item_months.plan_id
    where item_months.mrr_amount > 0
    group by main_items.customer_id, main_items.activity_month, main_items.plan_id

)

select
    main_plans.customer_id,
    main_plans.plan_id,
    next_plans.next_plan_id,
    {{ list_price_rise(
        'main_plans.quantity', 'next_plans', 'exchange_rates.exchange_rate',
        'main_plans.mrr_amount', 'main_plans.mrr_list_amount'
    ) }} as added_mrr_amount
from main_plans
inner join next_plans on main_plans.plan_id = next_plans.plan_id and next_plans.preference = 1
left join exchange_rates
    on next_plans.currency = exchange_rates.currency and main_plans.activity_month = exchange_rates.activity_month
