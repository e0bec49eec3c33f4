-- Grain: one row per customer that pays by the month on the as-of day, free to leave each month.
with

main_items as (select * from {{ ref('int_customer_main_items') }}),

outlooks as (select * from {{ ref('int_customer_expected_values') }})

select
    outlooks.customer_id,
    outlooks.cutoff_date as as_of_date,
    main_items.plan_id,
    outlooks.mrr_amount,
    -- Of the next twelve bills those that are expected to be paid.
    outlooks.expected_months
from outlooks
inner join main_items
    on
        outlooks.customer_id = main_items.customer_id
        and outlooks.activity_month = main_items.activity_month
where
    outlooks.is_as_of
    and outlooks.outlook = 'year'
    and main_items.billing_months = 1
    and main_items.renewal_months = 1
