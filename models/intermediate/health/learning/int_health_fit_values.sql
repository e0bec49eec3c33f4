-- Grain: one row per case of a fit and signal (the intercept is one): how far it lies from the mean of the fit.
with

cases as (select * from {{ ref('int_health_fit_cases') }}),

signals as (select * from {{ ref('int_health_signals') }}),

definitions as (select * from {{ ref('health_signals') }}),

case_scores as (

    select
        {%- for signal in health_signals() %}
        signals.{{ signal }}_score,
        {%- endfor %}
        cases.fit_month,
        cases.case_number,
        cases.has_churned,
        cases.case_weight
    from cases
    inner join signals
        on cases.customer_id = signals.customer_id and cases.activity_month = signals.activity_month
    where cases.is_fitted

),

scores as (

    {{- signal_rows('case_scores', ['fit_month', 'case_number', 'has_churned', 'case_weight'], ['score']) }}

),

deductions as (

    select
        scores.fit_month,
        scores.case_number,
        scores.has_churned,
        scores.case_weight,
        scores.signal_name,
        cast(100 - scores.score as {{ type_double() }}) as deduction,
        case when scores.score is not null then scores.case_weight end as known_weight
    from scores
    inner join definitions on scores.signal_name = definitions.signal_name

),

moments as (

    select
        fit_month,
        signal_name,
        {{ rate('sum(known_weight * deduction)', 'sum(known_weight)') }} as mean_deduction,
        cast(
            sqrt(greatest(
                sum(known_weight * deduction * deduction) / sum(known_weight)
                - power(sum(known_weight * deduction) / sum(known_weight), 2), 0
            )) as {{ type_rate() }}
        ) as deviation
    from deductions
    group by fit_month, signal_name

)

select
    deductions.fit_month,
    deductions.case_number,
    deductions.signal_name,
    deductions.has_churned,
    deductions.case_weight,
    moments.mean_deduction,
    moments.deviation,
    -- What is not known is as the mean; a signal that is the same of all (but for rounding) says nothing.
    case
        when moments.deviation > 0.001 and deductions.deduction is not null
            then (deductions.deduction - cast(moments.mean_deduction as {{ type_double() }})) / moments.deviation
        else 0
    end as distance
from deductions
inner join moments
    on deductions.fit_month = moments.fit_month and deductions.signal_name = moments.signal_name

union all

select
    fit_month,
    case_number,
    'intercept' as signal_name,
    has_churned,
    case_weight,
    null as mean_deduction,
    null as deviation,
    1 as distance
from cases
where is_fitted
