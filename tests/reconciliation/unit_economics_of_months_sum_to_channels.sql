-- A month's new customers and spend are those of its channels; of twelve months, those of the twelve months to it.
with

months as (

    select
        mrr_monthly.activity_month,
        coalesce(sum(unit_economics.new_customer_count), 0) as new_customer_count,
        coalesce(sum(unit_economics.spend_amount), 0) as spend_amount
    from {{ ref('mrr_monthly') }} as mrr_monthly
    left join {{ ref('unit_economics') }} as unit_economics
        on mrr_monthly.activity_month = unit_economics.cohort_month
    group by mrr_monthly.activity_month

),

expected as (

    select
        activity_month,
        1 as window_months,
        new_customer_count,
        spend_amount
    from months

    union all

    select
        activity_month,
        12 as window_months,
        sum(new_customer_count) over year_to_month as new_customer_count,
        sum(spend_amount) over year_to_month as spend_amount
    from months
    window year_to_month as (order by activity_month asc rows between 11 preceding and current row)

)

select
    expected.activity_month,
    expected.window_months,
    expected.new_customer_count,
    monthly.new_customer_count as found_customer_count,
    expected.spend_amount,
    monthly.spend_amount as found_spend_amount
from expected
left join {{ ref('unit_economics_monthly') }} as monthly
    on expected.activity_month = monthly.activity_month and expected.window_months = monthly.window_months
where
    monthly.activity_month is null
    or expected.new_customer_count <> monthly.new_customer_count
    or expected.spend_amount <> monthly.spend_amount
