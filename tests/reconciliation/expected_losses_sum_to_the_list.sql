-- The newest month of expected losses is the priority list of today.
with

months as (

    select
        expected_loss_amount,
        customer_count,
        row_number() over (order by activity_month desc) as month_rank
    from {{ ref('expected_loss_monthly') }}

),

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
left join months on months.month_rank = 1
where
    lists.customer_count <> coalesce(months.customer_count, 0)
    or coalesce(lists.expected_loss_amount, -1) <> coalesce(months.expected_loss_amount, -1)
