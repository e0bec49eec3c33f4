-- The running month of expected losses is the priority list of the as-of day.
with

run_settings as (select * from {{ ref('run_settings') }}),

months as (select * from {{ ref('expected_loss_monthly') }}),

lists as (

    select
        sum(expected_loss_amount) as expected_loss_amount,
        count(*) as customer_count
    from {{ ref('customer_segments') }}

)

select
    lists.expected_loss_amount,
    lists.customer_count,
    months.expected_loss_amount as month_loss_amount,
    months.customer_count as month_customer_count
from lists
cross join run_settings
left join months on {{ month_start('run_settings.as_of_date') }} = months.activity_month
where
    lists.customer_count <> coalesce(months.customer_count, 0)
    or coalesce(lists.expected_loss_amount, -1) <> coalesce(months.expected_loss_amount, -1)
