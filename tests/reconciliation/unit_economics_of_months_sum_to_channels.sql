-- A month's new customers and spend are those of its channels; of twelve months, those of the twelve months to it.
with

windows as (

    select
        activity_month,
        1 as window_months,
        activity_month as first_month
    from {{ ref('int_months') }}

    union all

    select
        activity_month,
        12 as window_months,
        {{ add_months('activity_month', -11) }} as first_month
    from {{ ref('int_months') }}

),

-- What was spent before the first subscription counts in the windows that reach back to it.
expected as (

    select
        windows.activity_month,
        windows.window_months,
        coalesce(sum(unit_economics.new_customer_count), 0) as new_customer_count,
        coalesce(sum(unit_economics.spend_amount), 0) as spend_amount
    from windows
    left join {{ ref('unit_economics') }} as unit_economics
        on
            windows.first_month <= unit_economics.cohort_month
            and windows.activity_month >= unit_economics.cohort_month
    group by windows.activity_month, windows.window_months

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
