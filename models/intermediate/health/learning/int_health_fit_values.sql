-- Grain: one row per case of a fit and signal (the intercept is one): how far it lies from the mean of the fit.
with

cases as (select * from {{ ref('int_health_fit_cases') }}),

signals as (select * from {{ ref('int_health_signals') }}),

deductions as (

    select
        cases.fit_month,
        cases.case_number,
        cases.has_churned,
        cases.case_weight,
        signals.signal_name,
        cast(100 - signals.score as {{ type_double() }}) as deduction,
        case when signals.is_known then cases.case_weight end as known_weight
    from cases
    inner join signals
        on cases.customer_id = signals.customer_id and cases.activity_month = signals.activity_month
    where cases.is_fitted

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
