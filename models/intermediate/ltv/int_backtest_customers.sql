-- Grain: one row per customer (filter: active at the back-test's valuation date).
with

predictions as (

    select * from {{ ref('int_customer_expected_values') }}
    where value_horizon = 'year' and is_backtest and stay_rate is not null

),

customer_months as (select * from {{ ref('int_customer_months') }}),

outcomes as (

    select
        predictions.customer_id,
        sum(customer_months.mrr_amount) as actual_revenue_amount,
        -- Months in service before the first one without.
        coalesce(
            min(
                case
                    when not customer_months.is_active and not customer_months.is_paused
                        then {{ months_between('predictions.activity_month', 'customer_months.activity_month') }} - 1
                end
            ), 12
        ) as served_months
    from predictions
    inner join customer_months
        on
            predictions.customer_id = customer_months.customer_id
            and predictions.activity_month < customer_months.activity_month
            and customer_months.activity_month <= {{ add_months('predictions.activity_month', 12) }}
    group by predictions.customer_id

)

select
    predictions.customer_id,
    predictions.valuation_date,
    predictions.survival_segment,
    predictions.term_name,
    predictions.stay_rate,
    predictions.stay_level_slope,
    predictions.stay_tail_slope,
    predictions.value_amount as predicted_revenue_amount,
    predictions.value_level_slope_amount as revenue_level_slope,
    predictions.value_tail_slope_amount as revenue_tail_slope,
    predictions.value_variance as revenue_variance,
    case when outcomes.served_months = 12 then 1 else 0 end as survivor_count,
    predictions.mrr_amount * outcomes.served_months as retained_revenue_amount,
    outcomes.actual_revenue_amount
from predictions
inner join outcomes on predictions.customer_id = outcomes.customer_id
