-- Grain: one row per fit and signal (the intercept is one): its slope in the logarithm of the odds of churn.
-- Logistic regression with a normal prior: Newton steps with a separable bound of the curvature, and momentum.
{%- set step_count = fit_step_count(ref('int_health_fit_values'), 16) %}
{%- set prior = '(1 / power(' ~ var('fit_prior_deviation') ~ ', 2))' %}
{%- set parameters = ['intercept'] + health_signals() %}
with

fit_values as (select * from {{ ref('int_health_fit_values') }}),

definitions as (select * from {{ ref('health_signals') }}),

fitted_signals as (

    select distinct
        fit_month,
        signal_name
    from fit_values

),

-- A case is a row, a parameter a column: a step reads each case once.
cases as (

    select
        fit_month,
        case_number,
        max(case when has_churned then 1 else 0 end) as churn_count,
        max(case_weight) as case_weight,
        {%- for name in parameters %}
        coalesce(max(case when signal_name = '{{ name }}' then distance end), 0) as {{ name }}_distance,
        {%- endfor %}
        sum(abs(distance)) as all_distances
    from fit_values
    group by fit_month, case_number

),

-- Less health never means less churn, unless a weight below 0 is allowed; a weight of at most 0 is none.
limits as (

    select
        {%- for name in parameters %}
        {{ '-100' if name == 'intercept' else '0' }}
        - coalesce(max(case when signal_name = '{{ name }}' and min_weight < 0 then 100 end), 0) as {{ name }}_lowest,
        coalesce(max(case when signal_name = '{{ name }}' and max_weight <= 0 then 0 end), 100) as {{ name }}_highest,
        {%- endfor %}
        count(*) as signal_count
    from definitions

),

-- The curvature is nowhere more than a quarter of this sum (Boehning and Lindsay, 1988; De Pierro, 1995).
bounds as (

    select
        {%- for name in parameters %}
        max(limits.{{ name }}_lowest) as {{ name }}_lowest,
        max(limits.{{ name }}_highest) as {{ name }}_highest,
        {{ 0 if name == 'intercept' else prior }}
        + sum(cases.case_weight * abs(cases.{{ name }}_distance) * cases.all_distances) / 4 as {{ name }}_bound,
        {%- endfor %}
        cases.fit_month
    from cases
    cross join limits
    group by cases.fit_month

),

slopes_0 as (

    select
        {%- for name in parameters %}
        cast(0 as {{ type_double() }}) as {{ name }}_slope,
        cast(0 as {{ type_double() }}) as {{ name }}_previous,
        {%- endfor %}
        fit_month
    from bounds

)
{%- for step in range(step_count) %},
{{ logistic_step(step, parameters, prior) }}
{%- endfor %},

fits as (

    select
        fitted_signals.fit_month,
        fitted_signals.signal_name,
        {{ logistic_estimate('slope', parameters) }} as slope,
        {{ logistic_estimate('previous', parameters) }} as previous_slope
    from fitted_signals
    inner join slopes_{{ step_count }} as slopes on fitted_signals.fit_month = slopes.fit_month

)

-- Rounded, so that the order of adding up is not seen in what rests on it.
select
    fit_month,
    signal_name,
    cast(slope as {{ type_rate() }}) as slope,
    cast(slope - previous_slope as {{ type_rate() }}) as last_step
from fits
