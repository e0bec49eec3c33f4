-- Grain: one row per day from which MRR is forecast and month ahead.
{%- set months_back = months_between('windows.first_forecast_month', 'origins.first_forecast_month') %}
{%- set shorter_horizons = 'partition by valuation_date order by horizon_months asc' %}
with

forecasts as (select * from {{ ref('int_mrr_forecasts') }}),

origins as (select * from {{ ref('int_forecast_origins') }}),

windows as (

    select
        origins.first_forecast_month,
        forecasts.months_ahead,
        power(
            cast(forecasts.actual_mrr_amount - forecasts.mrr_amount as {{ type_double() }})
            / forecasts.standard_error_amount, 2
        ) as squared_z_score
    from forecasts
    inner join origins on forecasts.valuation_date = origins.valuation_date
    where
        forecasts.months_ahead in (3, 6, 12)
        and forecasts.actual_mrr_amount is not null
        and forecasts.standard_error_amount > 0
        and not forecasts.is_as_of

),

horizons as (

    select
        valuation_date,
        months_ahead as horizon_months
    from forecasts
    where months_ahead in (3, 6, 12)

),

-- Windows of one length that had closed by then and do not overlap, two years back.
closed_windows as (

    select
        horizons.valuation_date,
        horizons.horizon_months,
        count(windows.squared_z_score) as window_count,
        coalesce(sum(windows.squared_z_score), 0) as squared_z_score
    from horizons
    inner join origins on horizons.valuation_date = origins.valuation_date
    left join windows
        on
            horizons.horizon_months = windows.months_ahead
            and {{ months_back }} between windows.months_ahead and 24
            and mod({{ months_back }}, windows.months_ahead) = 0
    group by horizons.valuation_date, horizons.horizon_months

),

-- What is learned of shorter horizons counts for longer ones; each window by its length, and 1 as some of the shortest.
factors as (

    select
        valuation_date,
        horizon_months,
        window_count,
        (3 * {{ var('forecast_prior_windows') }} + sum(horizon_months * squared_z_score) over ({{ shorter_horizons }}))
        / (3 * {{ var('forecast_prior_windows') }} + sum(horizon_months * window_count) over ({{ shorter_horizons }}))
            as variance_factor
    from closed_windows

)

-- A month takes the factor of the shortest horizon that reaches it.
select
    forecasts.valuation_date,
    forecasts.months_ahead,
    factors.window_count,
    cast(sqrt(factors.variance_factor) as {{ type_rate() }}) as interval_factor,
    cast({{ var('interval_z_score') }} * forecasts.standard_error_amount as decimal(28, 2)) as uncalibrated_error_amount,
    cast(
        {{ var('interval_z_score') }} * forecasts.standard_error_amount * sqrt(factors.variance_factor)
        as decimal(28, 2)
    ) as error_amount
from forecasts
inner join factors
    on
        forecasts.valuation_date = factors.valuation_date
        and forecasts.months_ahead <= factors.horizon_months
        and (factors.horizon_months = 3 or 2 * forecasts.months_ahead > factors.horizon_months)
