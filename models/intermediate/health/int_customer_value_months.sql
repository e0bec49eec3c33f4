-- Grain: one row per customer and month (filter: with MRR, months with a valuation date): its lifetime value then.
with

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

customer_months as (select * from {{ ref('int_customer_months') }}),

expected_values as (select * from {{ ref('int_customer_expected_values') }}),

collections as (select * from {{ ref('int_customer_collections') }}),

known_collections as (

    select
        valuation_dates.activity_month,
        collections.customer_id,
        sum(collections.collected_amount - collections.refunded_amount) as collected_amount
    from valuation_dates
    inner join collections on valuation_dates.activity_month >= collections.activity_month
    group by valuation_dates.activity_month, collections.customer_id

),

values_known as (

    select
        customer_months.customer_id,
        customer_months.activity_month,
        customer_months.mrr_amount,
        {{ as_amount('coalesce(known_collections.collected_amount, 0) * ' ~ var('gross_margin_rate')) }}
        + {{ as_amount('expected_values.value_amount * ' ~ var('gross_margin_rate')) }} as ltv_amount
    from customer_months
    inner join valuation_dates
        on customer_months.activity_month = valuation_dates.activity_month and valuation_dates.is_in_history
    left join expected_values
        on
            customer_months.customer_id = expected_values.customer_id
            and valuation_dates.valuation_date = expected_values.valuation_date
            and expected_values.value_horizon = 'lifetime'
    left join known_collections
        on
            customer_months.customer_id = known_collections.customer_id
            and customer_months.activity_month = known_collections.activity_month
    where customer_months.is_active

)

select
    customer_id,
    activity_month,
    cast(ltv_amount as {{ type_amount() }}) as ltv_amount,
    -- Before the company's first renewal no lifetime value is known: then MRR ranks the customers.
    percent_rank() over (partition by activity_month order by coalesce(ltv_amount, mrr_amount) asc) as ltv_percentile
from values_known
