-- Grain: one row per valuation date from which intervals are made (filter: dates with a fit that has converged).
{%- set complete_months = '(' ~ months_between('windows.activity_month', 'valuation_dates.activity_month')
    ~ ' - case when valuation_dates.is_partial_month then 1 else 0 end)' %}
{%- set expected = '(windows.own_variance + windows.squared_level_slope * levels.level_variance)' %}
with

values_then as (select * from {{ ref('int_buyer_values') }}),

buyers as (select * from {{ ref('int_buyers') }}),

purchases as (select * from {{ ref('int_purchases') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

-- The relative variance of the mean number of repeat purchases: how well the past tells the level of the future.
levels as (

    select
        valuation_date,
        (avg(cast(repeat_count as {{ type_double() }}) * repeat_count) - power(avg(repeat_count), 2))
        / nullif(count(*) * power(avg(repeat_count), 2), 0) as level_variance
    from buyers
    group by valuation_date

),

predictions as (

    select
        valuation_date,
        activity_month,
        customer_id,
        kept_rate,
        case when value_horizon = 'quarter' then 3 else 12 end as horizon_months,
        cast(value_amount as {{ type_double() }}) as value_amount,
        value_variance
    from values_then
    where value_horizon <> 'lifetime' and not is_as_of

),

outcomes as (

    select
        predictions.valuation_date,
        predictions.customer_id,
        predictions.horizon_months,
        sum(purchases.purchase_amount) as purchase_amount
    from predictions
    inner join purchases
        on
            predictions.customer_id = purchases.customer_id
            and predictions.valuation_date < purchases.purchased_date
            and purchases.purchased_date <= {{ add_months('predictions.valuation_date', 'predictions.horizon_months') }}
    group by predictions.valuation_date, predictions.customer_id, predictions.horizon_months

),

windows as (

    select
        predictions.valuation_date,
        predictions.activity_month,
        predictions.horizon_months,
        power(sum(predictions.value_amount), 2) as squared_level_slope,
        power(sum(predictions.value_amount - coalesce(outcomes.purchase_amount * predictions.kept_rate, 0)), 2)
            as squared_error,
        sum(predictions.value_variance) as own_variance
    from predictions
    left join outcomes
        on
            predictions.valuation_date = outcomes.valuation_date
            and predictions.customer_id = outcomes.customer_id
            and predictions.horizon_months = outcomes.horizon_months
    group by predictions.valuation_date, predictions.activity_month, predictions.horizon_months

),

-- As for the level of hazards: windows of one length that had closed by then and do not overlap.
horizons as (

    select
        valuation_dates.valuation_date,
        windows.horizon_months,
        count(*) as window_count,
        greatest(sum(windows.squared_error / {{ expected }}) - count(*) - sqrt(2 * count(*)), 0)
        / sum(windows.squared_level_slope / {{ expected }}) as drift_variance
    from valuation_dates
    inner join windows
        on
            mod({{ complete_months }}, windows.horizon_months) = 0
            and {{ complete_months }} >= windows.horizon_months
    inner join levels on windows.valuation_date = levels.valuation_date
    where (valuation_dates.is_as_of or valuation_dates.is_backtest) and windows.own_variance > 0
    group by valuation_dates.valuation_date, windows.horizon_months

)

select
    levels.valuation_date,
    levels.level_variance,
    cast(
        coalesce(max(horizons.drift_variance * horizons.window_count / (horizons.window_count + 1)), 0)
        as {{ type_rate() }}
    ) as drift_variance
from levels
inner join valuation_dates
    on
        levels.valuation_date = valuation_dates.valuation_date
        and (valuation_dates.is_as_of or valuation_dates.is_backtest)
left join horizons on levels.valuation_date = horizons.valuation_date
where levels.level_variance is not null
group by levels.valuation_date, levels.level_variance
