-- Grain: one row per segment and decile of predicted revenue; segment all is everyone, decile 0 the whole segment.
with

cells as (select * from {{ ref('int_backtest_cells') }}),

bounded_cells as (

    select
        survival_segment,
        prediction_decile,
        cutoff_date,
        customer_count,
        predicted_survivor_count,
        greatest(predicted_survivor_count - survivor_error_count, 0) as survivor_low_count,
        least(predicted_survivor_count + survivor_error_count, customer_count) as survivor_high_count,
        actual_survivor_count,
        predicted_revenue_amount,
        greatest(predicted_revenue_amount - revenue_error_amount, 0) as revenue_low_amount,
        predicted_revenue_amount + revenue_error_amount as revenue_high_amount,
        retained_revenue_amount,
        actual_revenue_amount
    from cells

)

select
    survival_segment,
    cast(prediction_decile as {{ dbt.type_int() }}) as prediction_decile,
    cutoff_date,
    cast({{ add_months('cutoff_date', 12) }} as date) as until_date,
    cast(customer_count as {{ dbt.type_bigint() }}) as customer_count,
    cast(predicted_survivor_count as {{ type_rate() }}) as predicted_survivor_count,
    cast(survivor_low_count as {{ type_rate() }}) as survivor_low_count,
    cast(survivor_high_count as {{ type_rate() }}) as survivor_high_count,
    cast(actual_survivor_count as {{ dbt.type_bigint() }}) as actual_survivor_count,
    actual_survivor_count >= survivor_low_count and actual_survivor_count <= survivor_high_count
        as is_survivor_count_covered,
    cast(predicted_revenue_amount as {{ type_amount() }}) as predicted_revenue_amount,
    cast(revenue_low_amount as {{ type_amount() }}) as revenue_low_amount,
    cast(revenue_high_amount as {{ type_amount() }}) as revenue_high_amount,
    cast(retained_revenue_amount as {{ type_amount() }}) as retained_revenue_amount,
    cast(actual_revenue_amount as {{ type_amount() }}) as actual_revenue_amount,
    {{ rate('predicted_revenue_amount - retained_revenue_amount', 'retained_revenue_amount') }} as retained_error_rate,
    {{ rate('predicted_revenue_amount - actual_revenue_amount', 'actual_revenue_amount') }} as revenue_error_rate,
    retained_revenue_amount >= revenue_low_amount and retained_revenue_amount <= revenue_high_amount
        as is_revenue_covered
from bounded_cells
