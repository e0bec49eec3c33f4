-- Channels hold every lead and every customer that has paid once, and all spend whose customers could have come by now.
{{ config(group='revenue') }}
with

economics as (

    select
        coalesce(sum(new_customer_count), 0) as customer_count,
        coalesce(sum(lead_count), 0) as lead_count,
        coalesce(sum(spend_amount), 0) as spend_amount
    from {{ ref('unit_economics') }}

),

customers as (

    select count(*) as customer_count
    from {{ ref('customers') }}
    where cohort_month is not null

),

leads as (

    select count(*) as lead_count
    from {{ ref('stg_leads') }}

),

spend as (

    select coalesce(sum(spend_months.spend_amount), 0) as spend_amount
    from {{ ref('int_spend_months') }} as spend_months
    cross join {{ ref('run_settings') }} as run_settings
    where {{ add_months('spend_months.spend_month', var('cac_lag_months')) }} <= run_settings.as_of_date

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
