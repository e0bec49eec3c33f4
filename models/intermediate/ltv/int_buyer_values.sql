-- Grain: one row per value horizon, valuation date and customer (filter: buyers, dates with a fit that has converged).
{%- set tail = var('interval_tail_rate') %}
{#- The quantile of the standard normal distribution, nearly: exact at the ends of the interval. -#}
{%- set z_scale = var('interval_z_score') ~ ' / ln((1 - ' ~ tail ~ ') / ' ~ tail ~ ')' %}
{%- set log_variance = 'greatest(ln(squared_value / value_amount * purchase_rate / value_amount), 0)' %}
with

buyers as (select * from {{ ref('int_buyers') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

fits as (select * from {{ ref('int_bgnbd_fits') }}),

spend_fits as (select * from {{ ref('int_gamma_gamma_fits') }}),

forecasts as (select * from {{ ref('int_purchase_forecasts') }}),

-- Spend is drawn to that of all customers by the fit; without one it is the customer's own mean.
spends as (

    select
        buyers.valuation_date,
        buyers.activity_month,
        buyers.customer_id,
        buyers.repeat_count,
        buyers.age_weeks,
        buyers.kept_rate,
        valuation_dates.is_as_of,
        valuation_dates.is_backtest,
        valuation_dates.is_in_history,
        valuation_dates.is_year_ahead,
        1 - {{ lost_rate(
            'cast(fits.r as double)', 'cast(fits.alpha as double)', 'cast(fits.a as double)', 'cast(fits.b as double)',
            'buyers'
        ) | replace('double', type_double()) }} as alive_rate,
        case
            when spend_fits.fit_status = 'fitted'
                then
                    spend_fits.p * (spend_fits.g + coalesce(buyers.repeat_count * buyers.repeat_spend_amount, 0))
                    / cast(spend_fits.p * buyers.repeat_count + spend_fits.q - 1 as {{ type_double() }})
            else buyers.spend_amount
        end as spend_amount,
        -- Relative variances: of one purchase about its customer's mean, and of what is not known of that mean.
        coalesce(
            case when spend_fits.fit_status = 'fitted' then 1 / cast(spend_fits.p as {{ type_double() }}) end,
            spend_fits.spend_variance, 1
        ) as purchase_variance,
        case
            when spend_fits.fit_status = 'fitted'
                then
                    1 / greatest(
                        cast(spend_fits.p * buyers.repeat_count + spend_fits.q - 2 as {{ type_double() }}), 0.5
                    )
            else 0
        end as mean_variance
    from buyers
    inner join valuation_dates on buyers.valuation_date = valuation_dates.valuation_date
    inner join fits on buyers.valuation_date = fits.valuation_date and fits.is_converged
    left join spend_fits on buyers.valuation_date = spend_fits.valuation_date

),

-- The value and the mean of its square.
moments as (

    select
        forecasts.value_horizon,
        spends.valuation_date,
        spends.activity_month,
        spends.customer_id,
        spends.is_as_of,
        spends.is_backtest,
        spends.kept_rate,
        spends.alive_rate,
        spends.alive_rate * forecasts.purchase_rate as purchase_rate,
        spends.alive_rate * forecasts.purchase_count as expected_purchase_count,
        spends.alive_rate * forecasts.value_count * spends.spend_amount * spends.kept_rate as value_amount,
        spends.alive_rate * (
            forecasts.pair_count + forecasts.purchase_count * (1 + spends.purchase_variance)
        ) * (1 + spends.mean_variance) * power(
            forecasts.value_count / forecasts.purchase_count * spends.spend_amount * spends.kept_rate, 2
        ) as squared_value
    from spends
    inner join forecasts
        on
            spends.valuation_date = forecasts.valuation_date
            and spends.repeat_count = forecasts.repeat_count
            and spends.age_weeks = forecasts.age_weeks
            and case when forecasts.value_horizon = 'year' then spends.is_year_ahead else spends.is_in_history end

)

select
    value_horizon,
    valuation_date,
    activity_month,
    customer_id,
    is_as_of,
    is_backtest,
    kept_rate,
    cast(alive_rate as {{ type_rate() }}) as alive_rate,
    cast(purchase_rate as {{ type_rate() }}) as purchase_rate,
    cast(expected_purchase_count as {{ type_rate() }}) as expected_purchase_count,
    cast(value_amount as {{ type_amount() }}) as value_amount,
    -- Nothing, or lognormal with the same mean and variance.
    {%- for name, share in {
        'low': '(' ~ tail ~ ' - (1 - purchase_rate)) / purchase_rate', 'high': '1 - ' ~ tail ~ ' / purchase_rate'
    }.items() %}
    case
        when {{ share }} > 0 and value_amount > 0
            then
                cast(value_amount / purchase_rate * exp(
                    {{ z_scale }} * ln(({{ share }}) / (1 - ({{ share }}))) * sqrt({{ log_variance }})
                    - {{ log_variance }} / 2
                ) as {{ type_amount() }})
        else 0
    end as value_{{ name }}_amount,
    {%- endfor %}
    greatest(squared_value - value_amount * value_amount, 0) as value_variance
from moments
