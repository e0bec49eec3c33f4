-- Grain: one row per month (filter: months with a valuation date).
with

cutoffs as (select * from {{ ref('int_valuation_dates') }}),

month_totals as (select * from {{ ref('int_mrr_month_totals') }}),

cohorts as (select * from {{ ref('int_customer_cohorts') }}),

collections as (select * from {{ ref('int_customer_collections') }}),

expected_values as (

    select
        cutoff_date,
        {{ rate('sum(expected_months)', 'count(*)') }} as expected_remaining_months,
        case when count(value_amount) = count(*) then sum(value_amount) end as expected_value_amount
    from {{ ref('int_customer_expected_values') }}
    where outlook = 'lifetime'
    group by cutoff_date

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
        cutoffs.cutoff_date,
        sum(collections.collected_amount - collections.refunded_amount) as collected_amount
    from cutoffs
    inner join cohorts on cutoffs.activity_month >= cohorts.cohort_month
    inner join collections
        on
            cohorts.customer_id = collections.customer_id
            and cutoffs.activity_month >= collections.activity_month
    group by cutoffs.cutoff_date

),

trailing_churns as (

    select
        cutoffs.cutoff_date,
        sum(month_totals.churn_customer_count) as churn_count,
        sum(month_totals.opening_customer_count) as opening_count
    from cutoffs
    inner join month_totals
        on
            not month_totals.is_partial_month
            and {{ months_between('month_totals.activity_month', 'cutoffs.activity_month') }} >= 0
            and {{ months_between('month_totals.activity_month', 'cutoffs.activity_month') }}
            < {{ var('churn_window_months') }} + case when cutoffs.is_partial_month then 1 else 0 end
    group by cutoffs.cutoff_date

)

select
    cutoffs.activity_month,
    cutoffs.is_partial_month,
    known_customers.customer_count,
    month_totals.new_customer_count,
    month_totals.active_customer_count,
    month_totals.closing_mrr_amount as mrr_amount,
    cast(
        {{ rate('month_totals.closing_mrr_amount', 'month_totals.active_customer_count') }} as {{ type_amount() }}
    ) as arpa_amount,
    {{ rate('trailing_churns.churn_count', 'trailing_churns.opening_count') }} as trailing_churn_rate,
    expected_values.expected_remaining_months,
    coalesce(known_collections.collected_amount, 0) as collected_amount,
    -- Without active customers nothing is expected.
    case when month_totals.active_customer_count = 0 then 0 else expected_values.expected_value_amount end
        as expected_value_amount
from cutoffs
inner join month_totals on cutoffs.activity_month = month_totals.activity_month
inner join known_customers on cutoffs.activity_month = known_customers.activity_month
left join known_collections on cutoffs.cutoff_date = known_collections.cutoff_date
left join trailing_churns on cutoffs.cutoff_date = trailing_churns.cutoff_date
left join expected_values on cutoffs.cutoff_date = expected_values.cutoff_date
