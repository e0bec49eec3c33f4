-- Grain: one row per day from which MRR is forecast and month ahead (filter: days with survival curves).
with

origins as (select * from {{ ref('int_forecast_origins') }}),

curves as (select * from {{ ref('int_survival_curves') }}),

months as ({{ numbers(12) }})

-- Won in each month ahead at the trailing rate, retained from then on as all customers are, and expanding as they do.
select
    origins.valuation_date,
    months.n as months_ahead,
    {{ add_months('origins.first_forecast_month', 'months.n - 1') }} as forecast_month,
    months.n - 1 + origins.first_month_rate as elapsed_months,
    sum(cast(
        origins.new_business_mrr_amount
        * case when won_months.n = 1 then origins.first_month_rate else 1 end
        * exp(curves.log_survival) * power(1 + origins.expansion_rate, months.n - won_months.n) as {{ type_amount() }}
    )) as new_business_mrr_amount
from origins
cross join months
inner join months as won_months on months.n >= won_months.n
inner join curves
    on
        origins.valuation_date = curves.valuation_date
        and curves.survival_segment = 'all'
        and months.n - won_months.n = curves.served_months
group by origins.valuation_date, months.n, origins.first_forecast_month, origins.first_month_rate
