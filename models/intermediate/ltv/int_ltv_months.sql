-- Grain: one row per month (filter: months with a valuation date).
with

valuation_dates as (select * from {{ ref('int_valuation_dates') }}),

month_totals as (select * from {{ ref('int_mrr_month_totals') }}),

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

return_values as (select * from {{ ref('int_return_values') }}),

collections as (select * from {{ ref('int_customer_collections') }}),

expected_values as (

    select
        valuation_date,
        {{ rate('sum(expected_months)', 'count(*)') }} as expected_remaining_months,
        case when count(value_amount) = count(*) then sum(value_amount) end as expected_value_amount
    from {{ ref('int_customer_expected_values') }}
    where value_horizon = 'lifetime'
    group by valuation_date

),

-- Lost customers have the value of their chance to return, where so much is known of it.
returns as (

    select
        valuation_date,
        sum(return_value_amount) as return_value_amount
    from return_values
    where is_churned
    group by valuation_date

),

known_customers as (

    select
        activity_month,
        sum(new_customer_count) over (order by activity_month asc) as customer_count
    from month_totals

),

-- Money collected by then, from the customers that had paid for a subscription by then.
known_collections as (

    select
        valuation_dates.valuation_date,
        sum(collections.collected_amount - collections.refunded_amount) as collected_amount,
        {{ rate('sum(collections.estimated_amount)', 'sum(collections.collected_amount)') }} as estimated_rate
    from valuation_dates
    inner join cohorts on valuation_dates.activity_month >= cohorts.cohort_month
    inner join collections
        on
            cohorts.customer_id = collections.customer_id
            and valuation_dates.activity_month >= collections.activity_month
    group by valuation_dates.valuation_date

)

select
    valuation_dates.activity_month,
    valuation_dates.is_as_of,
    valuation_dates.is_partial_month,
    known_customers.customer_count,
    month_totals.new_customer_count,
    month_totals.active_customer_count,
    month_totals.closing_mrr_amount as mrr_amount,
    cast(
        {{ rate('month_totals.closing_mrr_amount', 'month_totals.active_customer_count') }} as {{ type_amount() }}
    ) as arpa_amount,
    month_totals.trailing_churn_rate,
    -- Too few churns make no rate that simple value may divide by.
    case
        when month_totals.trailing_churn_count >= {{ var('min_simple_churns') }} then month_totals.trailing_churn_rate
    end as simple_churn_rate,
    expected_values.expected_remaining_months,
    coalesce(known_collections.collected_amount, 0) as collected_amount,
    known_collections.estimated_rate,
    -- Without active customers nothing is expected.
    case when month_totals.active_customer_count = 0 then 0 else expected_values.expected_value_amount end
    + coalesce(returns.return_value_amount, 0) as expected_value_amount
from valuation_dates
inner join month_totals on valuation_dates.activity_month = month_totals.activity_month
inner join known_customers on valuation_dates.activity_month = known_customers.activity_month
left join known_collections on valuation_dates.valuation_date = known_collections.valuation_date
left join expected_values on valuation_dates.valuation_date = expected_values.valuation_date
left join returns on valuation_dates.valuation_date = returns.valuation_date
where valuation_dates.is_in_history
