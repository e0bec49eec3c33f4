-- Grain: one row per customer (filter: active at the back-test's valuation date).
with

predictions as (

    select * from {{ ref('int_customer_expected_values') }}
    where value_horizon = 'year' and not is_as_of

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
    predictions.curve_survival_segment,
    predictions.stay_rate,
    predictions.stay_alpha_slope,
    predictions.stay_beta_slope,
    predictions.value_amount as predicted_revenue_amount,
    predictions.value_alpha_slope_amount as revenue_alpha_slope,
    predictions.value_beta_slope_amount as revenue_beta_slope,
    predictions.value_variance as revenue_variance,
    case when outcomes.served_months = 12 then 1 else 0 end as survivor_count,
    predictions.mrr_amount * outcomes.served_months as retained_revenue_amount,
    outcomes.actual_revenue_amount
from predictions
inner join outcomes on predictions.customer_id = outcomes.customer_id
