-- Grain: one row per day from which MRR is forecast (filter: the as-of day, and month ends by which a year was known).
{%- set months_back = complete_months_back('months.activity_month', 'valuation_dates') %}
{%- set weight = 'greatest(' ~ var('new_business_months') ~ ' + 1 - months_back, 0)' %}
with

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

months as (select * from {{ ref('int_mrr_months') }}),

trailing_months as (

    select
        valuation_dates.valuation_date,
        cast({{ months_back }} as {{ type_double() }}) as months_back,
        cast(months.new_mrr_amount + months.reactivation_mrr_amount as {{ type_double() }}) as new_business_mrr_amount,
        cast(
            months.expansion_mrr_amount + months.contraction_mrr_amount
            + months.pause_mrr_amount + months.resume_mrr_amount as {{ type_double() }}
        ) / nullif(months.opening_mrr_amount, 0) as expansion_rate,
        cast(months.fx_mrr_amount as {{ type_double() }}) / nullif(months.opening_mrr_amount, 0) as fx_rate,
        case
            when months.opening_mrr_amount > 0 and months.closing_mrr_amount > 0
                then ln(cast(months.closing_mrr_amount as {{ type_double() }}) / months.opening_mrr_amount)
        end as log_growth
    from valuation_dates
    inner join months on {{ months_back }} between 1 and 12
    where valuation_dates.is_forecast_origin and not months.is_partial_month

),

trends as (

    select
        valuation_date,
        cast(count(*) as {{ type_double() }}) as month_count,
        -- The newer a month, the more it counts: a linearly weighted moving average.
        sum({{ weight }} * new_business_mrr_amount) / sum({{ weight }}) as new_business_mrr_amount,
        sum({{ weight }} * {{ weight }}) / power(sum({{ weight }}), 2) as new_business_concentration,
        sum(power(months_back, 2)) - power(sum(months_back), 2) / count(*) as squared_months,
        sum(months_back * new_business_mrr_amount)
        - sum(months_back) * sum(new_business_mrr_amount) / count(*) as month_products,
        sum(power(new_business_mrr_amount, 2)) - power(sum(new_business_mrr_amount), 2) / count(*) as squared_business,
        avg(expansion_rate) as expansion_rate,
        var_samp(expansion_rate) as expansion_rate_variance,
        coalesce(var_samp(expansion_rate + fx_rate), 0) as level_variance,
        coalesce(exp(avg(log_growth)) - 1, 0) as growth_rate
    from trailing_months
    group by valuation_date

),

-- A line through the months of new business: what is off it is chance, its slope may go on.
lines as (

    select
        *,
        coalesce(
            (squared_business - month_products * month_products / squared_months)
            / nullif(greatest(month_count - 2, 0), 0), squared_business
        ) as new_business_variance,
        month_products / nullif(squared_months, 0) as new_business_slope
    from trends

)

select
    valuation_dates.valuation_date,
    valuation_dates.activity_month,
    valuation_dates.is_as_of,
    -- The month whose end comes first, and which share of it is left.
    {{ add_months(
        'valuation_dates.activity_month', 'case when valuation_dates.is_partial_month then 0 else 1 end'
    ) }} as first_forecast_month,
    case
        when valuation_dates.is_partial_month
            then
                1 - cast(
                    {{ days_between('valuation_dates.activity_month', 'valuation_dates.valuation_date') }} + 1
                    as {{ type_double() }}
                ) / {{ days_between(
                    'valuation_dates.activity_month', add_months('valuation_dates.activity_month', 1)
                ) }}
        else 1
    end as first_month_rate,
    lines.month_count,
    lines.new_business_mrr_amount,
    lines.new_business_variance,
    lines.new_business_concentration,
    -- As far as it is beyond chance, like the mean of expansion.
    greatest(
        coalesce(power(lines.new_business_slope, 2) - lines.new_business_variance / lines.squared_months, 0), 0
    ) as squared_new_business_slope,
    coalesce(
        lines.expansion_rate * power(lines.expansion_rate, 2)
        / nullif(power(lines.expansion_rate, 2) + lines.expansion_rate_variance / lines.month_count, 0), 0
    ) as expansion_rate,
    lines.level_variance,
    lines.growth_rate
from valuation_dates
inner join lines on valuation_dates.valuation_date = lines.valuation_date
-- The back-test begins once a year is known.
where valuation_dates.is_as_of or lines.month_count >= 12
