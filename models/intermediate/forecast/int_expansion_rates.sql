-- Grain: one row per day from which MRR is forecast, plan, and whether the customer is in its first year.
{%- set months_back = months_between('plan_months.activity_month', 'origins.first_forecast_month') %}
{%- set is_first_year = months_between('movements.cohort_month', 'movements.activity_month') ~ ' <= 12' %}
with

movements as (select * from {{ ref('int_customer_movements') }}),

main_items as (select * from {{ ref('int_customer_main_items') }}),

origins as (select * from {{ ref('int_forecast_origins') }}),

customer_months as (

    select
        movements.activity_month,
        coalesce(main_items.plan_id, 'unknown') as plan_id,
        {{ is_first_year }} as is_first_year,
        movements.opening_mrr_amount,
        -- A lapsed pause is taken back here and booked as churn: it is no contraction. What more than doubles is one
        -- customer's story, and tells nothing of its plan.
        least(
            case
                when movements.movement_type in ('expansion', 'contraction', 'pause', 'resume')
                    then movements.movement_amount
                else 0
            end + movements.lapsed_amount, greatest(movements.opening_mrr_amount, movements.lapsed_amount)
        ) as expansion_mrr_amount
    from movements
    left join main_items
        on
            movements.customer_id = main_items.customer_id
            and {{ add_months('movements.activity_month', -1) }} = main_items.activity_month
    where not movements.is_partial_month and movements.cohort_month < movements.activity_month

),

plan_months as (

    select
        activity_month,
        plan_id,
        is_first_year,
        count(case when opening_mrr_amount > 0 then activity_month end) as customer_count,
        sum(opening_mrr_amount) as opening_mrr_amount,
        sum(expansion_mrr_amount) as expansion_mrr_amount
    from customer_months
    group by activity_month, plan_id, is_first_year

),

plans as (

    select
        origins.valuation_date,
        origins.expansion_rate as company_rate,
        plan_months.plan_id,
        plan_months.is_first_year,
        sum(plan_months.customer_count) as customer_month_count,
        cast(sum(plan_months.opening_mrr_amount) as {{ type_double() }}) as opening_mrr_amount,
        cast(sum(plan_months.expansion_mrr_amount) as {{ type_double() }}) as expansion_mrr_amount
    from origins
    inner join plan_months on {{ months_back }} between 1 and 12
    group by origins.valuation_date, origins.expansion_rate, plan_months.plan_id, plan_months.is_first_year

)

-- The company's rate, and how much a plan's differs from it, as far as there are customers to tell.
select
    valuation_date,
    plan_id,
    is_first_year,
    customer_month_count,
    cast(
        company_rate + coalesce(
            expansion_mrr_amount / nullif(opening_mrr_amount, 0)
            - sum(expansion_mrr_amount) over (partition by valuation_date)
            / nullif(sum(opening_mrr_amount) over (partition by valuation_date), 0), 0
        ) * customer_month_count / (customer_month_count + {{ var('expansion_prior_months') }}) as {{ type_rate() }}
    ) as expansion_rate
from plans
