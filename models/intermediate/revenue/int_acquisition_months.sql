-- Grain: one row per acquisition channel and month with spend, a lead or a new customer.
with

marketing_spend as (select * from {{ ref('stg_marketing_spend') }}),

exchange_rates as (select * from {{ ref('int_exchange_rates') }}),

leads as (select * from {{ ref('stg_leads') }}),

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

movements as (select * from {{ ref('int_customer_movements') }}),

run_settings as (select * from {{ ref('run_settings') }}),

events as (

    select
        coalesce(marketing_spend.channel, 'unknown') as acquisition_channel,
        {{ add_months(month_start('marketing_spend.spend_date'), var('cac_lag_months')) }} as cohort_month,
        {{ converted_amount('marketing_spend.amount', 'exchange_rates.exchange_rate') }} as spend_amount,
        0 as lead_count,
        0 as new_customer_count,
        0 as cohort_mrr_amount
    from marketing_spend
    left join exchange_rates
        on
            marketing_spend.currency = exchange_rates.currency
            and {{ month_start('marketing_spend.spend_date') }}
            between exchange_rates.valid_from_month and exchange_rates.activity_month

    union all

    select
        coalesce(leads.channel, 'unknown') as acquisition_channel,
        {{ month_start('leads.created_at') }} as cohort_month,
        0 as spend_amount,
        1 as lead_count,
        0 as new_customer_count,
        0 as cohort_mrr_amount
    from leads

    union all

    -- Who paid and left within an earlier month is not won again.
    select
        cohorts.acquisition_channel,
        cohorts.cohort_month,
        0 as spend_amount,
        0 as lead_count,
        1 as new_customer_count,
        cohorts.cohort_mrr_amount
    from cohorts
    inner join movements on cohorts.customer_id = movements.customer_id and movements.movement_type = 'new'

)

select
    events.acquisition_channel,
    events.cohort_month,
    sum(events.spend_amount) as spend_amount,
    sum(events.lead_count) as lead_count,
    sum(events.new_customer_count) as new_customer_count,
    sum(events.cohort_mrr_amount) as cohort_mrr_amount
from events
cross join run_settings
-- Spend whose customers are won after the as-of day has won none yet.
where events.cohort_month <= run_settings.as_of_date
group by events.acquisition_channel, events.cohort_month
