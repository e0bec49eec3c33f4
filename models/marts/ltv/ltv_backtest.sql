-- Grain: one row per survival segment and decile of predicted revenue; all is every segment, 0 every decile.
with

customers as (select * from {{ ref('int_backtest_customers') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

members as (
    {% for segment in ['survival_segment', "'all'"] %}
    select
        customer_id,
        {{ segment }} as survival_segment,
        ntile(10) over (
            {{ 'partition by survival_segment ' if loop.first }}order by predicted_revenue_amount desc, customer_id asc
        ) as prediction_decile
    from customers

    union all

    select
        customer_id,
        {{ segment }} as survival_segment,
        0 as prediction_decile
    from customers
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

curve_totals as (

    select
        members.survival_segment,
        members.prediction_decile,
        customers.cutoff_date,
        customers.curve_survival_segment,
        count(*) as customer_count,
        sum(customers.stay_rate) as predicted_survivor_count,
        sum(customers.survivor_count) as actual_survivor_count,
        cast(sum(customers.stay_rate * (1 - customers.stay_rate)) as {{ type_double() }}) as survivor_variance,
        cast(sum(customers.stay_alpha_slope) as {{ type_double() }}) as stay_alpha_slope,
        cast(sum(customers.stay_beta_slope) as {{ type_double() }}) as stay_beta_slope,
        sum(customers.predicted_revenue_amount) as predicted_revenue_amount,
        sum(customers.retained_revenue_amount) as retained_revenue_amount,
        sum(customers.actual_revenue_amount) as actual_revenue_amount,
        sum(customers.revenue_variance) as revenue_variance,
        cast(sum(customers.revenue_alpha_slope) as {{ type_double() }}) as revenue_alpha_slope,
        cast(sum(customers.revenue_beta_slope) as {{ type_double() }}) as revenue_beta_slope
    from members
    inner join customers on members.customer_id = customers.customer_id
    group by
        members.survival_segment,
        members.prediction_decile,
        customers.cutoff_date,
        customers.curve_survival_segment

),

-- Customers on one curve share the error of its parameters; their own variances add up.
predictions as (

    select
        curve_totals.survival_segment,
        curve_totals.prediction_decile,
        curve_totals.cutoff_date,
        sum(curve_totals.customer_count) as customer_count,
        sum(curve_totals.predicted_survivor_count) as predicted_survivor_count,
        sum(curve_totals.actual_survivor_count) as actual_survivor_count,
        cast({{ var('interval_z_score') }} * sqrt(sum(
            curve_totals.survivor_variance
            + {{ parameter_variance('curve_totals.stay_alpha_slope', 'curve_totals.stay_beta_slope', 'parameters') }}
        )) as decimal(28, 2)) as survivor_error_count,
        sum(curve_totals.predicted_revenue_amount) as predicted_revenue_amount,
        sum(curve_totals.retained_revenue_amount) as retained_revenue_amount,
        sum(curve_totals.actual_revenue_amount) as actual_revenue_amount,
        cast({{ var('interval_z_score') }} * sqrt(sum(
            curve_totals.revenue_variance
            + {{ parameter_variance(
                'curve_totals.revenue_alpha_slope', 'curve_totals.revenue_beta_slope', 'parameters'
            ) }}
        )) as decimal(28, 2)) as revenue_error_amount
    from curve_totals
    inner join parameters
        on
            curve_totals.cutoff_date = parameters.cutoff_date
            and curve_totals.curve_survival_segment = parameters.survival_segment
    group by curve_totals.survival_segment, curve_totals.prediction_decile, curve_totals.cutoff_date

)

select
    survival_segment,
    cast(prediction_decile as {{ dbt.type_int() }}) as prediction_decile,
    cutoff_date,
    cast({{ add_months('cutoff_date', 12) }} as date) as until_date,
    cast(customer_count as {{ dbt.type_bigint() }}) as customer_count,
    cast(predicted_survivor_count as {{ type_rate() }}) as predicted_survivor_count,
    cast(greatest(predicted_survivor_count - survivor_error_count, 0) as {{ type_rate() }}) as survivor_low_count,
    cast(least(predicted_survivor_count + survivor_error_count, customer_count) as {{ type_rate() }})
        as survivor_high_count,
    cast(actual_survivor_count as {{ dbt.type_bigint() }}) as actual_survivor_count,
    -- The interval is cut at 0 and at all customers; the actual count lies within these anyway.
    abs(actual_survivor_count - predicted_survivor_count) <= survivor_error_count as is_survivor_count_covered,
    cast(predicted_revenue_amount as {{ type_amount() }}) as predicted_revenue_amount,
    cast(greatest(predicted_revenue_amount - revenue_error_amount, 0) as {{ type_amount() }}) as revenue_low_amount,
    cast(predicted_revenue_amount + revenue_error_amount as {{ type_amount() }}) as revenue_high_amount,
    cast(retained_revenue_amount as {{ type_amount() }}) as retained_revenue_amount,
    cast(actual_revenue_amount as {{ type_amount() }}) as actual_revenue_amount,
    {{ rate('predicted_revenue_amount - retained_revenue_amount', 'retained_revenue_amount') }} as retained_error_rate,
    {{ rate('predicted_revenue_amount - actual_revenue_amount', 'actual_revenue_amount') }} as revenue_error_rate,
    abs(retained_revenue_amount - predicted_revenue_amount) <= revenue_error_amount as is_revenue_covered
from predictions
