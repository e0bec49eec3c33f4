-- Grain: one row per outlook, cutoff, curve, terms and months served: what MRR of 1 is expected to bring yet.
with

situations as (select * from {{ ref('int_retention_situations') }}),

curves as (select * from {{ ref('int_survival_curves') }}),

cutoffs as (select * from {{ ref('int_valuation_dates') }}),

schedules as (select * from {{ ref('int_billing_schedules') }}),

-- Survival moves at renewals only: an annual contract renews yearly, not monthly.
months_ahead as (

    select
        schedules.outlook,
        situations.cutoff_date,
        situations.curve_survival_segment,
        situations.renewal_months,
        situations.billing_months,
        situations.elapsed_months,
        schedules.due_weight,
        schedules.cumulative_weight,
        schedules.is_last_month,
        exp(curves.log_survival - start_curves.log_survival) as stay_rate,
        curves.alpha_slope - start_curves.alpha_slope as alpha_slope,
        curves.beta_slope - start_curves.beta_slope as beta_slope
    from situations
    inner join cutoffs on situations.cutoff_date = cutoffs.cutoff_date
    inner join schedules
        on
            situations.billing_months = schedules.billing_months
            and mod(situations.elapsed_months, situations.billing_months) = schedules.months_since_bill
            and (schedules.outlook = 'lifetime' or cutoffs.is_backtest or cutoffs.is_as_of)
    inner join curves as start_curves
        on
            situations.cutoff_date = start_curves.cutoff_date
            and situations.curve_survival_segment = start_curves.survival_segment
            and situations.elapsed_months - mod(situations.elapsed_months, situations.renewal_months)
            = start_curves.served_months
    inner join curves
        on
            situations.cutoff_date = curves.cutoff_date
            and situations.curve_survival_segment = curves.survival_segment
            and situations.elapsed_months + schedules.months_ahead
            - mod(situations.elapsed_months + schedules.months_ahead, situations.renewal_months)
            = curves.served_months

)

select
    outlook,
    cutoff_date,
    curve_survival_segment,
    renewal_months,
    billing_months,
    elapsed_months,
    cast(sum(stay_rate) as {{ type_rate() }}) as expected_months,
    cast(sum(due_weight * stay_rate) as {{ type_rate() }}) as value_months,
    -- What comes at least in nine cases of ten, and in one of ten.
    {%- for name, probability in {'low': 1 - var('interval_tail_rate'), 'high': var('interval_tail_rate')}.items() %}
    cast(
        coalesce(max(case when stay_rate >= {{ probability }} then cumulative_weight end), 0) as {{ type_rate() }}
    ) as value_{{ name }}_months,
    {%- endfor %}
    -- Variance of what one customer brings: bills end on one day and do not start again.
    cast(
        greatest(
            sum(stay_rate * due_weight * (2 * cumulative_weight - due_weight))
            - sum(due_weight * stay_rate) * sum(due_weight * stay_rate), 0
        ) as {{ type_rate() }}
    ) as value_variance,
    cast(sum(due_weight * stay_rate * alpha_slope) as {{ type_rate() }}) as value_alpha_slope,
    cast(sum(due_weight * stay_rate * beta_slope) as {{ type_rate() }}) as value_beta_slope,
    cast(max(case when is_last_month then stay_rate end) as {{ type_rate() }}) as stay_rate,
    cast(sum(case when is_last_month then stay_rate * alpha_slope end) as {{ type_rate() }}) as stay_alpha_slope,
    cast(sum(case when is_last_month then stay_rate * beta_slope end) as {{ type_rate() }}) as stay_beta_slope
from months_ahead
group by outlook, cutoff_date, curve_survival_segment, renewal_months, billing_months, elapsed_months
