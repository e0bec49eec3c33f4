-- Grain: one row per customer (filter: active, or a buyer, at the back-test's valuation date).
with

predictions as (

    select * from {{ ref('int_customer_expected_values') }}
    where value_horizon = 'year' and is_backtest and stay_rate is not null

),

customer_months as (select * from {{ ref('int_customer_months') }}),

buyer_values as (select * from {{ ref('int_buyer_values') }}),

purchases as (select * from {{ ref('int_purchases') }}),

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

),

buyer_outcomes as (

    select
        buyer_values.customer_id,
        buyer_values.valuation_date,
        buyer_values.purchase_rate,
        buyer_values.value_amount,
        buyer_values.value_variance,
        case when count(purchases.customer_id) > 0 then 1 else 0 end as survivor_count,
        cast(coalesce(sum(purchases.purchase_amount), 0) * buyer_values.kept_rate as {{ type_amount() }})
            as actual_revenue_amount
    from buyer_values
    left join purchases
        on
            buyer_values.customer_id = purchases.customer_id
            and buyer_values.valuation_date < purchases.purchased_date
            and purchases.purchased_date <= {{ add_months('buyer_values.valuation_date', 12) }}
    where buyer_values.is_backtest and buyer_values.value_horizon = 'year'
    group by
        buyer_values.customer_id,
        buyer_values.valuation_date,
        buyer_values.purchase_rate,
        buyer_values.value_amount,
        buyer_values.value_variance,
        buyer_values.kept_rate

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
    outcomes.actual_revenue_amount,
    case
        when predictions.mrr_amount * outcomes.served_months
            between predictions.value_low_amount and predictions.value_high_amount then 1
        else 0
    end as covered_count
from predictions
inner join outcomes on predictions.customer_id = outcomes.customer_id

union all

-- Who buys without a subscription survives by another purchase: the slope is that of the chance of one at least.
select
    customer_id,
    valuation_date,
    'no_subscription' as survival_segment,
    'no_subscription' as term_name,
    purchase_rate as stay_rate,
    -(1 - purchase_rate) * ln(greatest(1 - purchase_rate, 0.000001)) as stay_level_slope,
    0 as stay_tail_slope,
    value_amount as predicted_revenue_amount,
    value_amount as revenue_level_slope,
    0 as revenue_tail_slope,
    value_variance as revenue_variance,
    survivor_count,
    actual_revenue_amount as retained_revenue_amount,
    actual_revenue_amount,
    -- A buyer has no interval of its own.
    null as covered_count
from buyer_outcomes
