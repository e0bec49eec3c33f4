-- Channels have every lead, every customer that was new in a month,
-- and all spend whose customers could have come by now.
with

economics as (

    select
        coalesce(sum(new_customer_count), 0) as customer_count,
        coalesce(sum(lead_count), 0) as lead_count,
        coalesce(sum(spend_amount), 0) as spend_amount
    from {{ ref('unit_economics') }}

),

customers as (

    select coalesce(sum(new_customer_count), 0) as customer_count
    from {{ ref('int_mrr_months') }}

),

leads as (

    select count(*) as lead_count
    from {{ ref('stg_leads') }}

),

spend as (

    select
        coalesce(
            sum(cast(marketing_spend.amount * exchange_rates.exchange_rate as {{ type_amount() }})), 0
        ) as spend_amount
    from {{ ref('stg_marketing_spend') }} as marketing_spend
    cross join {{ ref('run_settings') }} as run_settings
    left join {{ ref('int_exchange_rates') }} as exchange_rates
        on
            marketing_spend.currency = exchange_rates.currency
            and {{ month_start('marketing_spend.spend_date') }}
            between exchange_rates.valid_from_month and exchange_rates.activity_month
    where
        marketing_spend.spend_date <= run_settings.as_of_date
        and {{ add_months(month_start('marketing_spend.spend_date'), var('cac_lag_months')) }}
        <= run_settings.as_of_date

)

select
    economics.customer_count - customers.customer_count as customer_difference_count,
    economics.lead_count - leads.lead_count as lead_difference_count,
    economics.spend_amount - spend.spend_amount as spend_difference_amount
from economics
cross join customers
cross join leads
cross join spend
where
    economics.customer_count <> customers.customer_count
    or economics.lead_count <> leads.lead_count
    or economics.spend_amount <> spend.spend_amount
