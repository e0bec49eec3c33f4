-- Grain: one row per valuation date from which intervals are made: the as-of day and that of the back-test.
{%- set complete_months = '(' ~ months_between('windows.activity_month', 'valuation_dates.activity_month')
    ~ ' - case when valuation_dates.is_partial_month then 1 else 0 end)' %}
with

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

spells as (select * from {{ ref('int_service_spells') }}),

predictions as (
    {% for horizon, months, rate in [
        ('lifetime', whole_months(var('health_horizon_days')), 'stay_rate_90d'), ('year', '12', 'stay_rate')
    ] %}
    select
        customer_id,
        valuation_date,
        activity_month,
        term_name,
        {{ months }} as horizon_months,
        cast({{ rate }} as {{ type_double() }}) as stay_rate
    from expected_values
    where value_horizon = '{{ horizon }}' and not is_as_of and {{ rate }} > 0
    {% if not loop.last %} union all {% endif %}
    {%- endfor %}
),

windows as (

    select
        predictions.valuation_date,
        predictions.activity_month,
        predictions.term_name,
        predictions.horizon_months,
        sum(predictions.stay_rate) as predicted_count,
        sum(
            case
                when
                    spells.is_churned
                    and spells.ended_date
                    <= {{ add_months('predictions.valuation_date', 'predictions.horizon_months') }}
                    then 0
                else 1
            end
        ) as survivor_count,
        sum(predictions.stay_rate * (1 - predictions.stay_rate)) as own_variance,
        power(sum(predictions.stay_rate * ln(predictions.stay_rate)), 2) as squared_level_slope
    from predictions
    inner join spells
        on
            predictions.customer_id = spells.customer_id
            and predictions.valuation_date >= spells.started_date
            and coalesce(predictions.valuation_date < spells.ended_date, true)
    group by
        predictions.valuation_date, predictions.activity_month, predictions.term_name, predictions.horizon_months

),

-- For each day windows of one length that had closed by then and do not overlap.
closed_windows as (

    select
        valuation_dates.valuation_date,
        windows.horizon_months,
        windows.squared_level_slope,
        power(windows.survivor_count - windows.predicted_count, 2) as squared_error,
        windows.own_variance
        + windows.squared_level_slope * {{ level_variance('parameters') }} as expected_squared_error
    from valuation_dates
    inner join windows
        on
            mod({{ complete_months }}, windows.horizon_months) = 0
            and {{ complete_months }} >= windows.horizon_months
    inner join parameters
        on
            windows.valuation_date = parameters.valuation_date
            and windows.term_name = parameters.survival_segment
    where (valuation_dates.is_as_of or valuation_dates.is_backtest) and windows.own_variance > 0

),

-- By how much errors were larger than expected, beyond one standard deviation of chance: that is drift of the hazards.
horizons as (

    select
        valuation_date,
        horizon_months,
        count(*) as window_count,
        greatest(sum(squared_error / expected_squared_error) - count(*) - sqrt(2 * count(*)), 0)
        / nullif(sum(squared_level_slope / expected_squared_error), 0) as drift_variance
    from closed_windows
    group by valuation_date, horizon_months

)

select
    valuation_dates.valuation_date,
    max(horizons.horizon_months) as calibrated_horizon_months,
    coalesce(max(horizons.window_count), 0) as window_count,
    -- Few windows say little: the estimate counts as n to n + 1.
    cast(
        coalesce(max(horizons.drift_variance * horizons.window_count / (horizons.window_count + 1)), 0)
        as {{ type_rate() }}
    ) as drift_variance
from valuation_dates
left join horizons on valuation_dates.valuation_date = horizons.valuation_date
where valuation_dates.is_as_of or valuation_dates.is_backtest
group by valuation_dates.valuation_date
