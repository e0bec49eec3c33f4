-- Grain: one row per customer and month, from the running one to twelve months later (filter: in service, as of now).
{{ config(materialized='view') }}
with

exposures as (select * from {{ ref('int_retention_exposures') }}),

spells as (select * from {{ ref('int_service_spells') }}),

hazard_ratios as (select * from {{ ref('int_hazard_ratios') }}),

curves as (select * from {{ ref('int_survival_curves') }}),

run_settings as (select * from {{ ref('run_settings') }}),

numbers as ({{ numbers(13) }}),

months as (

    select
        run_settings.as_of_date,
        numbers.n - 1 as months_ahead,
        {{ add_months(month_start('run_settings.as_of_date'), '(numbers.n - 1)') }} as forecast_month,
        cast({{ dbt.dateadd('day', -1, add_months(month_start('run_settings.as_of_date'), 'numbers.n')) }} as date)
            as last_date
    from run_settings
    cross join numbers

),

customer_months as (

    select
        exposures.customer_id,
        months.forecast_month,
        months.months_ahead,
        exposures.valuation_date,
        exposures.survival_segment,
        exposures.billing_months,
        exposures.renewal_months,
        exposures.elapsed_months,
        hazard_ratios.hazard_ratio,
        -- What renews by the month is counted from the as-of day, as annual offers count it.
        case
            when exposures.renewal_months = 1 then exposures.elapsed_months + months.months_ahead
            else {{ elapsed_months('spells.started_date', 'months.last_date') }}
        end as later_elapsed_months
    from exposures
    inner join months on exposures.valuation_date = months.as_of_date
    inner join spells on exposures.customer_id = spells.customer_id and exposures.spell_number = spells.spell_number
    inner join hazard_ratios
        on
            exposures.valuation_date = hazard_ratios.valuation_date
            and exposures.survival_segment = hazard_ratios.survival_segment
            and exposures.price_band = hazard_ratios.price_band
    where exposures.is_running

)

-- Survival moves at renewals only.
select
    customer_months.customer_id,
    customer_months.forecast_month,
    customer_months.months_ahead,
    customer_months.billing_months,
    cast(
        exp(customer_months.hazard_ratio * (curves.log_survival - start_curves.log_survival)) as {{ type_rate() }}
    ) as stay_rate
from customer_months
inner join curves as start_curves
    on
        customer_months.valuation_date = start_curves.valuation_date
        and customer_months.survival_segment = start_curves.survival_segment
        and {{ at_last_renewal('customer_months.elapsed_months', 'customer_months.renewal_months') }}
        = start_curves.served_months
inner join curves
    on
        customer_months.valuation_date = curves.valuation_date
        and customer_months.survival_segment = curves.survival_segment
        and {{ at_last_renewal('customer_months.later_elapsed_months', 'customer_months.renewal_months') }}
        = curves.served_months
