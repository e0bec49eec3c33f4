-- Grain: one row per day from which MRR is forecast and month ahead (filter: days with survival curves).
{%- set parts = ['opening', 'scheduled', 'churn', 'expansion', 'new_business'] %}
with

origins as (select * from {{ ref('int_forecast_origins') }}),

existing_forecasts as (select * from {{ ref('int_existing_mrr_forecasts') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

scheduled_changes as (select * from {{ ref('int_scheduled_mrr') }}),

new_business as (select * from {{ ref('int_new_business_forecasts') }}),

mrr_months as (select * from {{ ref('int_mrr_months') }}),

-- Customers of a segment share the error of its level, those of a term that of the term; their own variances add up.
terms as (

    select
        existing_forecasts.valuation_date,
        existing_forecasts.months_ahead,
        sum(existing_forecasts.mrr_amount) as mrr_amount,
        sum(existing_forecasts.churn_mrr_amount) as churn_mrr_amount,
        sum(existing_forecasts.expansion_mrr_amount) as expansion_mrr_amount,
        {{ shared_variance(
            'existing_forecasts.own_variance', 'existing_forecasts.level_slope', 'existing_forecasts.tail_slope',
            'parameters'
        ) }} as churn_variance
    from existing_forecasts
    inner join parameters
        on
            existing_forecasts.valuation_date = parameters.valuation_date
            and existing_forecasts.survival_segment = parameters.survival_segment
    group by existing_forecasts.valuation_date, existing_forecasts.months_ahead, existing_forecasts.term_name

),

existing_customers as (

    select
        valuation_date,
        months_ahead,
        sum(mrr_amount) as mrr_amount,
        sum(churn_mrr_amount) as churn_mrr_amount,
        sum(expansion_mrr_amount) as expansion_mrr_amount,
        sum(churn_variance) as churn_variance
    from terms
    group by valuation_date, months_ahead

),

parts as (

    select
        new_business.valuation_date,
        new_business.months_ahead,
        new_business.elapsed_months,
        origins.is_as_of,
        new_business.forecast_month,
        opening_months.closing_mrr_amount as opening_mrr_amount,
        coalesce(existing_customers.mrr_amount, 0) as existing_mrr_amount,
        forecast_months.closing_mrr_amount as actual_mrr_amount,
        coalesce(scheduled_changes.scheduled_mrr_amount, 0) as scheduled_mrr_amount,
        -- What is scheduled is a part of the churn that is expected, not in addition to it.
        -greatest(
            coalesce(existing_customers.churn_mrr_amount, 0) - coalesce(scheduled_changes.scheduled_loss_amount, 0), 0
        ) as churn_mrr_amount,
        coalesce(existing_customers.expansion_mrr_amount, 0) as expansion_mrr_amount,
        new_business.new_business_mrr_amount,
        origins.growth_rate,
        -- Chance of the months to come, and of those from which the rates are taken.
        coalesce(existing_customers.churn_variance, 0)
        + power(cast(opening_months.closing_mrr_amount as {{ type_double() }}), 2) * origins.level_variance
        * new_business.elapsed_months * (1 + new_business.elapsed_months / origins.month_count)
        + origins.new_business_variance
        * new_business.elapsed_months * (1 + new_business.elapsed_months * origins.new_business_concentration)
        -- New business is taken as it was; that its trend may go on makes the interval wider.
        + origins.squared_new_business_slope * power(
            new_business.elapsed_months
            * (new_business.elapsed_months / 2 + {{ (var('new_business_months') + 2) / 3 }}), 2
        )
            as forecast_variance
    from new_business
    inner join origins on new_business.valuation_date = origins.valuation_date
    inner join mrr_months as opening_months on origins.activity_month = opening_months.activity_month
    left join existing_customers
        on
            new_business.valuation_date = existing_customers.valuation_date
            and new_business.months_ahead = existing_customers.months_ahead
    left join scheduled_changes
        on
            new_business.valuation_date = scheduled_changes.valuation_date
            and new_business.months_ahead = scheduled_changes.months_ahead
    left join mrr_months as forecast_months
        on new_business.forecast_month = forecast_months.activity_month and not forecast_months.is_partial_month

)

select
    valuation_date,
    is_as_of,
    months_ahead,
    forecast_month,
    {%- for amount in parts + ['existing', 'actual'] %}
    cast({{ amount }}_mrr_amount as {{ type_amount() }}) as {{ amount }}_mrr_amount,
    {%- endfor %}
    -- The rounded parts add up.
    cast(
        greatest(
            {%- for amount in parts %}
            {{ '+ ' if not loop.first }}cast({{ amount }}_mrr_amount as {{ type_amount() }})
            {%- endfor %}, 0
        ) as {{ type_amount() }}
    ) as mrr_amount,
    cast(cast(opening_mrr_amount as {{ type_double() }}) * power(1 + growth_rate, elapsed_months) as {{ type_amount() }})
        as trailing_growth_mrr_amount,
    -- Floats, added up in no fixed order: to the cent.
    cast(sqrt(forecast_variance) as decimal(28, 2)) as standard_error_amount
from parts
