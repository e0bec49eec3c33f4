-- Grain: one row per survival segment and decile of predicted revenue; all is every segment, 0 every decile.
{%- set totals = [
    'customer_count', 'predicted_survivor_count', 'actual_survivor_count', 'covered_customer_count',
    'interval_customer_count', 'predicted_revenue_amount', 'retained_revenue_amount', 'actual_revenue_amount',
] %}
with

cells as (select * from {{ ref('int_backtest_cells') }}),

parameters as (select * from {{ ref('int_retention_parameters') }}),

level_drift as (select * from {{ ref('int_level_drift') }}),

purchase_levels as (select * from {{ ref('int_purchase_levels') }}),

levels as (

    select
        parameters.valuation_date,
        parameters.survival_segment,
        parameters.own_variance,
        parameters.credibility_weight,
        parameters.shared_variance,
        parameters.tail_variance,
        level_drift.drift_variance
    from parameters
    inner join level_drift on parameters.valuation_date = level_drift.valuation_date

    union all

    select
        valuation_date,
        'no_subscription' as survival_segment,
        level_variance as own_variance,
        1 as credibility_weight,
        0 as shared_variance,
        0 as tail_variance,
        drift_variance
    from purchase_levels

),

-- Customers of a segment share the error of its level, those of a term that of the term; their own variances add up.
term_totals as (

    select
        cells.cell_segment,
        cells.prediction_decile,
        cells.valuation_date,
        cells.term_name,
        max(levels.drift_variance) as drift_variance,
        {%- for total in totals %}
        sum(cells.{{ total }}) as {{ total }},
        {%- endfor %}
        {%- for measure in ['survivor', 'revenue'] %}
        {{ shared_variance(
            'cells.' ~ measure ~ '_variance', 'cells.' ~ measure ~ '_level_slope', 'cells.' ~ measure ~ '_tail_slope',
            'levels'
        ) }} as {{ measure }}_variance,
        sum(cells.{{ measure }}_level_slope) as {{ measure }}_level_slope
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from cells
    inner join levels
        on cells.valuation_date = levels.valuation_date and cells.survival_segment = levels.survival_segment
    group by cells.cell_segment, cells.prediction_decile, cells.valuation_date, cells.term_name

),

predictions as (

    select
        term_totals.cell_segment as survival_segment,
        term_totals.prediction_decile,
        term_totals.valuation_date,
        {%- for total in totals %}
        sum(term_totals.{{ total }}) as {{ total }},
        {%- endfor %}
    {%- for measure, name in {'survivor': 'survivor_error_count', 'revenue': 'revenue_error_amount'}.items() %}
    cast({{ var('interval_z_score') }} * sqrt(sum(term_totals.{{ measure }}_variance)) as decimal(28, 2))
        as uncalibrated_{{ name }},
    cast({{ var('interval_z_score') }} * sqrt(sum(
        term_totals.{{ measure }}_variance
        + term_totals.drift_variance * term_totals.{{ measure }}_level_slope * term_totals.{{ measure }}_level_slope
        )) as decimal(28, 2)) as {{ name }}
    {%- if not loop.last %},{% endif %}
    {%- endfor %}
    from term_totals
    group by term_totals.cell_segment, term_totals.prediction_decile, term_totals.valuation_date

)

select
    survival_segment,
    cast(prediction_decile as {{ dbt.type_int() }}) as prediction_decile,
    valuation_date as cutoff_date,
    cast({{ add_months('valuation_date', 12) }} as date) as until_date,
    cast(customer_count as {{ dbt.type_bigint() }}) as customer_count,
    cast(predicted_survivor_count as {{ type_rate() }}) as predicted_survivor_count,
    cast(greatest(predicted_survivor_count - survivor_error_count, 0) as {{ type_rate() }}) as survivor_low_count,
    cast(least(predicted_survivor_count + survivor_error_count, customer_count) as {{ type_rate() }})
        as survivor_high_count,
    cast(actual_survivor_count as {{ dbt.type_bigint() }}) as actual_survivor_count,
    -- The interval is cut at 0 and at all customers; the actual count lies within these anyway.
    abs(actual_survivor_count - predicted_survivor_count) <= survivor_error_count as is_survivor_count_covered,
    abs(actual_survivor_count - predicted_survivor_count) <= uncalibrated_survivor_error_count
        as is_survivor_count_covered_uncalibrated,
    cast(predicted_revenue_amount as {{ type_amount() }}) as predicted_revenue_amount,
    cast(greatest(predicted_revenue_amount - revenue_error_amount, 0) as {{ type_amount() }}) as revenue_low_amount,
    cast(predicted_revenue_amount + revenue_error_amount as {{ type_amount() }}) as revenue_high_amount,
    cast(retained_revenue_amount as {{ type_amount() }}) as retained_revenue_amount,
    cast(actual_revenue_amount as {{ type_amount() }}) as actual_revenue_amount,
    {{ rate('predicted_revenue_amount - retained_revenue_amount', 'retained_revenue_amount') }} as retained_error_rate,
    {{ rate('predicted_revenue_amount - actual_revenue_amount', 'actual_revenue_amount') }} as revenue_error_rate,
    abs(retained_revenue_amount - predicted_revenue_amount) <= revenue_error_amount as is_revenue_covered,
    abs(retained_revenue_amount - predicted_revenue_amount) <= uncalibrated_revenue_error_amount
        as is_revenue_covered_uncalibrated,
    {{ rate('covered_customer_count', 'interval_customer_count') }} as customer_coverage_rate
from predictions
