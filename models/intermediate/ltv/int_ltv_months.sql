-- Grain: one row per cutoff: the company's customers and their value, as they were known then.
with

cutoffs as (select * from {{ ref('int_valuation_dates') }}),

month_totals as (select * from {{ ref('int_mrr_month_totals') }}),

collected_months as (select * from {{ ref('int_collected_months') }}),

outlooks as (

    select
        cutoff_date,
        {{ rate('sum(expected_months)', 'count(*)') }} as expected_remaining_months,
        case when count(value_amount) = count(*) then sum(value_amount) end as outlook_amount
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

known_collections as (

    select
        cutoffs.cutoff_date,
        sum(collected_months.collected_amount) as collected_amount
    from cutoffs
    inner join collected_months on cutoffs.activity_month >= collected_months.activity_month
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
    outlooks.expected_remaining_months,
    coalesce(known_collections.collected_amount, 0) as collected_amount,
    -- Nobody pays: nothing is to come.
    case when month_totals.active_customer_count = 0 then 0 else outlooks.outlook_amount end as outlook_amount
from cutoffs
inner join month_totals on cutoffs.activity_month = month_totals.activity_month
inner join known_customers on cutoffs.activity_month = known_customers.activity_month
left join known_collections on cutoffs.cutoff_date = known_collections.cutoff_date
left join trailing_churns on cutoffs.cutoff_date = trailing_churns.cutoff_date
left join outlooks on cutoffs.cutoff_date = outlooks.cutoff_date
