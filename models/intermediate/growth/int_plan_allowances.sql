-- Grain: one row per customer (filter: pays on the as-of day): its use of seats and usage against the plan limits.
with

item_months as (select * from {{ ref('int_subscription_item_months') }}),

plans as (select * from {{ ref('stg_plans') }}),

usage_months as (select * from {{ ref('int_usage_months') }}),

adoption_months as (select * from {{ ref('int_feature_adoption_months') }}),

months as (select * from {{ ref('int_months') }}),

allowances as (

    select
        item_months.customer_id,
        item_months.activity_month,
        sum(case when item_months.product_type = 'core' then item_months.quantity end) as unit_count,
        sum(case when item_months.product_type = 'core' then item_months.mrr_amount end) as core_mrr_amount,
        -- A plan may include more seats than the units that are paid for.
        sum(
            case
                when item_months.product_type = 'core'
                    then greatest(item_months.quantity, cast(coalesce(plans.included_seats, 0) as {{ type_amount() }}))
            end
        ) as seat_count,
        sum(plans.usage_limit) as usage_limit
    from item_months
    inner join months on item_months.activity_month = months.activity_month and months.is_as_of_month
    left join plans on item_months.plan_id = plans.plan_id
    where item_months.mrr_amount > 0
    group by item_months.customer_id, item_months.activity_month

)

select
    allowances.customer_id,
    allowances.activity_month,
    allowances.unit_count,
    allowances.core_mrr_amount,
    allowances.seat_count,
    coalesce(adoption_months.active_user_count, 0) as used_seat_count,
    {{ rate('coalesce(adoption_months.active_user_count, 0)', 'allowances.seat_count') }} as seat_use_rate,
    allowances.usage_limit,
    coalesce(usage_months.usage_quantity, 0) as usage_quantity,
    {{ rate('coalesce(usage_months.usage_quantity, 0)', 'allowances.usage_limit') }} as usage_rate
from allowances
left join adoption_months
    on
        allowances.customer_id = adoption_months.customer_id
        and allowances.activity_month = adoption_months.activity_month
left join usage_months
    on
        allowances.customer_id = usage_months.customer_id
        and allowances.activity_month = usage_months.activity_month
