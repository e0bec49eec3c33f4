-- Grain: one row per fit and signal (the intercept is one): its slope in the logarithm of the odds of churn.
-- Logistic regression with a normal prior: Newton steps with a separable bound of the curvature, and momentum.
{%- set step_count = fit_step_count(ref('int_health_fit_values'), 16) %}
{%- set momentum = 0.7 %}
{%- set penalty = '(1 / power(' ~ var('fit_prior_deviation') ~ ', 2))' %}
with

fit_values as (select * from {{ ref('int_health_fit_values') }}),

definitions as (select * from {{ ref('health_signals') }}),

case_sums as (

    select
        fit_month,
        signal_name,
        case_weight,
        abs(distance) as distance,
        sum(abs(distance)) over (partition by case_number) as all_distances
    from fit_values

),

-- The curvature is nowhere more than a quarter of this sum (Boehning and Lindsay, 1988; De Pierro, 1995).
estimates_0 as (

    select
        case_sums.fit_month,
        case_sums.signal_name,
        case when case_sums.signal_name = 'intercept' then 0 else {{ penalty }} end as penalty,
        sum(case_sums.case_weight * case_sums.distance * case_sums.all_distances) / 4 as bound,
        -- Less health never means less churn, unless a weight below 0 is allowed; a weight of at most 0 is none.
        case when case_sums.signal_name = 'intercept' or max(definitions.min_weight) < 0 then -100 else 0 end as lowest,
        case when max(definitions.max_weight) <= 0 then 0 else 100 end as highest,
        cast(0 as {{ type_double() }}) as slope,
        cast(0 as {{ type_double() }}) as previous_slope
    from case_sums
    left join definitions on case_sums.signal_name = definitions.signal_name
    group by case_sums.fit_month, case_sums.signal_name

)
{%- for step in range(step_count) %},

predictions_{{ step }} as (

    select
        estimates.fit_month,
        estimates.signal_name,
        estimates.penalty,
        estimates.bound,
        estimates.lowest,
        estimates.highest,
        estimates.slope as start_slope,
        estimates.slope + {{ momentum }} * (estimates.slope - estimates.previous_slope) as position,
        fit_values.case_weight,
        fit_values.distance,
        case when fit_values.has_churned then 1 else 0 end - 1 / (1 + exp(-sum(
            fit_values.distance * (estimates.slope + {{ momentum }} * (estimates.slope - estimates.previous_slope))
        ) over (partition by fit_values.case_number))) as residual
    from fit_values
    inner join estimates_{{ step }} as estimates
        on fit_values.fit_month = estimates.fit_month and fit_values.signal_name = estimates.signal_name

),

estimates_{{ step + 1 }} as (

    select
        fit_month,
        signal_name,
        penalty,
        bound,
        lowest,
        highest,
        least(greatest(
            position + (sum(case_weight * residual * distance) - penalty * position) / (bound + penalty), lowest
        ), highest) as slope,
        start_slope as previous_slope
    from predictions_{{ step }}
    group by fit_month, signal_name, penalty, bound, lowest, highest, start_slope, position

)
{%- endfor %}

select
    fit_month,
    signal_name,
    -- Rounded, so that the order of adding up is not seen in what rests on it.
    cast(slope as {{ type_rate() }}) as slope,
    cast(slope - previous_slope as {{ type_rate() }}) as last_step
from estimates_{{ step_count }}
