-- Grain: one row per value horizon, valuation date, survival segment, hazard ratio, terms and months served.
{%- set horizon = whole_months(var('health_horizon_days')) %}
{%- set months_served = 'customer_states.elapsed_months + schedules.months_ahead' %}
with

exposures as (select * from {{ ref('int_retention_exposures') }}),

hazard_ratios as (select * from {{ ref('int_hazard_ratios') }}),

curves as (select * from {{ ref('int_survival_curves') }}),

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

schedules as (select * from {{ ref('int_billing_schedules') }}),

usage_months as (select * from {{ ref('int_usage_revenue_months') }}),

bill_kinds as ({{ numbers(2) }}),

-- Many customers are in few states: each state is valued once. Usage is billed by the month, whatever the terms.
customer_states as (

    select distinct
        exposures.valuation_date,
        exposures.survival_segment,
        hazard_ratios.hazard_ratio,
        exposures.renewal_months,
        case when bill_kinds.n = 2 then 1 else exposures.billing_months end as billing_months,
        exposures.elapsed_months
    from exposures
    inner join hazard_ratios
        on
            exposures.valuation_date = hazard_ratios.valuation_date
            and exposures.survival_segment = hazard_ratios.survival_segment
            and exposures.price_band = hazard_ratios.price_band
    inner join valuation_dates on exposures.valuation_date = valuation_dates.valuation_date
    left join usage_months
        on
            exposures.customer_id = usage_months.customer_id
            and valuation_dates.activity_month = usage_months.activity_month
    inner join bill_kinds on bill_kinds.n = 1 or usage_months.usage_mrr_amount <> 0
    where exposures.is_running

),

-- Survival moves at renewals only: an annual contract renews yearly, not monthly.
months_ahead as (

    select
        schedules.value_horizon,
        customer_states.valuation_date,
        customer_states.survival_segment,
        customer_states.hazard_ratio,
        customer_states.renewal_months,
        customer_states.billing_months,
        customer_states.elapsed_months,
        schedules.due_weight,
        schedules.cumulative_weight,
        schedules.months_ahead,
        schedules.is_last_month,
        -- Hazards in proportion: survival to the power of the ratio. Slopes by the logarithms of all and of the tail's.
        exp(customer_states.hazard_ratio * (curves.log_survival - start_curves.log_survival)) as stay_rate,
        customer_states.hazard_ratio * (curves.log_survival - start_curves.log_survival) as level_slope,
        customer_states.hazard_ratio * (curves.tail_log_survival - start_curves.tail_log_survival) as tail_slope
    from customer_states
    inner join valuation_dates on customer_states.valuation_date = valuation_dates.valuation_date
    inner join schedules
        on
            customer_states.billing_months = schedules.billing_months
            and mod(customer_states.elapsed_months, customer_states.billing_months) = schedules.months_since_bill
            and (schedules.value_horizon = 'lifetime' or valuation_dates.is_year_ahead)
    inner join curves as start_curves
        on
            customer_states.valuation_date = start_curves.valuation_date
            and customer_states.survival_segment = start_curves.survival_segment
            and {{ at_last_renewal('customer_states.elapsed_months', 'customer_states.renewal_months') }}
            = start_curves.served_months
    inner join curves
        on
            customer_states.valuation_date = curves.valuation_date
            and customer_states.survival_segment = curves.survival_segment
            and {{ at_last_renewal(months_served, 'customer_states.renewal_months') }} = curves.served_months

)

select
    value_horizon,
    valuation_date,
    survival_segment,
    hazard_ratio,
    renewal_months,
    billing_months,
    elapsed_months,
    cast(sum(stay_rate) as {{ type_rate() }}) as expected_months,
    cast(sum(due_weight * stay_rate) as {{ type_rate() }}) as value_months,
    -- If it stays for the horizon of health: churn counts from its end on.
    cast(
        sum(case when months_ahead <= {{ horizon }} then due_weight else 0 end)
        + sum(case when months_ahead > {{ horizon }} then due_weight * stay_rate else 0 end)
        / max(case when months_ahead = {{ horizon }} then stay_rate end) as {{ type_rate() }}
    ) as stayed_value_months,
    -- The 10th and the 90th percentile of what falls due before the customer churns.
    {%- for name, probability in {'low': 1 - var('interval_tail_rate'), 'high': var('interval_tail_rate')}.items() %}
    cast(coalesce(max(case when stay_rate >= {{ probability }} then cumulative_weight end), 0) as {{ type_rate() }})
        as value_{{ name }}_months,
    {%- endfor %}
    -- The variance of one customer's value: once bills end they do not start again.
    cast(greatest(
        sum(stay_rate * due_weight * (2 * cumulative_weight - due_weight))
        - sum(due_weight * stay_rate) * sum(due_weight * stay_rate), 0
    ) as {{ type_rate() }}) as value_variance,
    cast(sum(due_weight * stay_rate * level_slope) as {{ type_rate() }}) as value_level_slope,
    cast(sum(due_weight * stay_rate * tail_slope) as {{ type_rate() }}) as value_tail_slope,
    cast(max(case when is_last_month then stay_rate end) as {{ type_rate() }}) as stay_rate,
    cast(max(case when months_ahead = {{ horizon }} then stay_rate end) as {{ type_rate() }}) as stay_rate_90d,
    cast(sum(case when is_last_month then stay_rate * level_slope end) as {{ type_rate() }}) as stay_level_slope,
    cast(sum(case when is_last_month then stay_rate * tail_slope end) as {{ type_rate() }}) as stay_tail_slope
from months_ahead
group by value_horizon, valuation_date, survival_segment, hazard_ratio, renewal_months, billing_months, elapsed_months
