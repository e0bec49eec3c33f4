-- Grain: one row per day from which MRR is forecast, survival segment, terms, months served and plan.
with

exposures as (select * from {{ ref('int_retention_exposures') }}),

spells as (select * from {{ ref('int_service_spells') }}),

origins as (select * from {{ ref('int_forecast_origins') }}),

hazard_ratios as (select * from {{ ref('int_hazard_ratios') }}),

customer_months as (select * from {{ ref('int_customer_months') }}),

main_items as (select * from {{ ref('int_customer_main_items') }}),

paying_customers as (

    select
        origins.valuation_date,
        origins.first_month_rate,
        origins.expansion_rate,
        exposures.survival_segment,
        exposures.term_name,
        exposures.renewal_months,
        hazard_ratios.hazard_ratio,
        main_items.plan_id,
        exposures.elapsed_months,
        -- By the end of the first month ahead.
        {{ elapsed_months(
            'spells.started_date', dbt.dateadd('day', -1, add_months('origins.first_forecast_month', 1))
        ) }} as first_elapsed_months,
        -- Of the months ahead, those in which the customer is in its first year.
        least(greatest(
            13 - {{ months_between('customer_months.cohort_month', 'origins.first_forecast_month') }}, 0
        ), 12) as first_year_months,
        customer_months.mrr_amount
    from origins
    inner join exposures on origins.valuation_date = exposures.valuation_date and exposures.is_running
    inner join spells
        on exposures.customer_id = spells.customer_id and exposures.spell_number = spells.spell_number
    inner join hazard_ratios
        on
            exposures.valuation_date = hazard_ratios.valuation_date
            and exposures.survival_segment = hazard_ratios.survival_segment
            and exposures.price_band = hazard_ratios.price_band
    inner join customer_months
        on
            exposures.customer_id = customer_months.customer_id
            and origins.activity_month = customer_months.activity_month
    left join main_items
        on exposures.customer_id = main_items.customer_id and origins.activity_month = main_items.activity_month
    where customer_months.mrr_amount > 0

)

select
    valuation_date,
    first_month_rate,
    expansion_rate,
    survival_segment,
    term_name,
    renewal_months,
    hazard_ratio,
    coalesce(plan_id, 'unknown') as plan_id,
    elapsed_months,
    first_elapsed_months,
    first_year_months,
    count(*) as customer_count,
    -- Decimals add up to the same in every order, floats do not, and hold 90 million to the eighth place no more.
    cast(sum(mrr_amount) as {{ type_amount() }}) as mrr_amount,
    sum(power(cast(mrr_amount as {{ type_double() }}), 2)) as squared_mrr_amount
from paying_customers
group by
    valuation_date, first_month_rate, expansion_rate, survival_segment, term_name, renewal_months, hazard_ratio,
    coalesce(plan_id, 'unknown'), elapsed_months, first_elapsed_months, first_year_months
