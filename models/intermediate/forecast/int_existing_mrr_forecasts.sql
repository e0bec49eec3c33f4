-- Grain: one row per day from which MRR is forecast, survival segment and month ahead.
with

customer_states as (select * from {{ ref('int_forecast_states') }}),

curves as (select * from {{ ref('int_survival_curves') }}),

expansion_rates as (select * from {{ ref('int_expansion_rates') }}),

months as ({{ numbers(12) }}),

months_ahead as (

    select
        customer_states.valuation_date,
        customer_states.survival_segment,
        customer_states.term_name,
        months.n as months_ahead,
        customer_states.mrr_amount,
        cast(customer_states.mrr_amount as {{ type_double() }}) as mrr,
        customer_states.squared_mrr_amount,
        exp(customer_states.hazard_ratio * (curves.log_survival - start_curves.log_survival)) as stay_rate,
        customer_states.hazard_ratio * (curves.log_survival - start_curves.log_survival) as level_slope,
        customer_states.hazard_ratio * (curves.tail_log_survival - start_curves.tail_log_survival) as tail_slope,
        power(
            1 + coalesce(first_year_rates.expansion_rate, customer_states.expansion_rate),
            least(months.n - 1 + customer_states.first_month_rate, customer_states.first_year_months)
        ) * power(
            1 + coalesce(later_rates.expansion_rate, customer_states.expansion_rate),
            greatest(months.n - 1 + customer_states.first_month_rate - customer_states.first_year_months, 0)
        ) as growth_factor
    from customer_states
    cross join months
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
            and {{ at_last_renewal(
                'customer_states.first_elapsed_months + months.n - 1', 'customer_states.renewal_months'
            ) }}
            = curves.served_months
    left join expansion_rates as first_year_rates
        on
            customer_states.valuation_date = first_year_rates.valuation_date
            and customer_states.plan_id = first_year_rates.plan_id
            and first_year_rates.is_first_year
    left join expansion_rates as later_rates
        on
            customer_states.valuation_date = later_rates.valuation_date
            and customer_states.plan_id = later_rates.plan_id
            and not later_rates.is_first_year

)

select
    valuation_date,
    survival_segment,
    term_name,
    months_ahead,
    cast(sum(mrr_amount) as {{ type_amount() }}) as mrr_amount,
    {{ sum_of_amounts('mrr * (1 - stay_rate)') }} as churn_mrr_amount,
    {{ sum_of_amounts('mrr * stay_rate * (growth_factor - 1)') }} as expansion_mrr_amount,
    sum(squared_mrr_amount * power(growth_factor, 2) * stay_rate * (1 - stay_rate)) as own_variance,
    sum(mrr * growth_factor * stay_rate * level_slope) as level_slope,
    sum(mrr * growth_factor * stay_rate * tail_slope) as tail_slope
from months_ahead
group by valuation_date, survival_segment, term_name, months_ahead
