-- Grain: one row per customer and month at whose opening it is in service or paused.
with

movements as (select * from {{ ref('int_customer_movements') }}),

main_items as (select * from {{ ref('int_customer_main_items') }}),

plans as (select * from {{ ref('stg_plans') }}),

tenure_bands as (select * from {{ ref('tenure_bands') }}),

served_months as (

    select
        customer_id,
        activity_month,
        opening_mrr_amount,
        was_active,
        is_active or is_paused as is_served,
        coalesce(lag(is_active or is_paused) over (partition by customer_id order by activity_month asc), false)
            as was_served
    from movements

),

tenures as (

    select
        customer_id,
        activity_month,
        opening_mrr_amount,
        was_active,
        was_served,
        -- The month in which the service that the month opens with began.
        max(case when is_served and not was_served then activity_month end) over (
            partition by customer_id order by activity_month asc
            rows between unbounded preceding and 1 preceding
        ) as service_month
    from served_months

)

select
    tenures.customer_id,
    tenures.activity_month,
    tenures.opening_mrr_amount,
    tenures.was_active,
    tenures.service_month,
    {{ months_between('tenures.service_month', 'tenures.activity_month') }} as tenure_months,
    tenure_bands.tenure_band,
    main_items.plan_id,
    coalesce(plans.plan_name, main_items.plan_id, 'unknown') as plan_name,
    main_items.billing_interval
from tenures
left join tenure_bands
    on
        tenure_bands.min_months <= {{ months_between('tenures.service_month', 'tenures.activity_month') }}
        and coalesce(
            {{ months_between('tenures.service_month', 'tenures.activity_month') }} <= tenure_bands.max_months, true
        )
left join main_items
    on
        tenures.customer_id = main_items.customer_id
        and tenures.activity_month = {{ add_months('main_items.activity_month', 1) }}
left join plans on main_items.plan_id = plans.plan_id
where tenures.was_served
