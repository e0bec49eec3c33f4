-- Grain: one row per customer that pays by the month on the as-of day, free to leave each month.
with

main_items as (select * from {{ ref('int_customer_main_items') }}),

expected_values as (select * from {{ ref('int_customer_expected_values') }})

select
    expected_values.customer_id,
    expected_values.valuation_date as as_of_date,
    main_items.plan_id,
    expected_values.mrr_amount,
    -- Of the next twelve bills those that are expected to be paid.
    expected_values.expected_months
from expected_values
inner join main_items
    on
        expected_values.customer_id = main_items.customer_id
        and expected_values.activity_month = main_items.activity_month
where
    expected_values.is_as_of
    and expected_values.value_horizon = 'year'
    and main_items.billing_months = 1
    and main_items.renewal_months = 1
