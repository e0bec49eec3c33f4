-- Grain: one row per customer: the day on which its first subscription or trial began.
with

periods as (select * from {{ ref('int_subscription_periods') }})

select
    customer_id,
    cast(min(valid_from) as date) as started_date
from periods
group by customer_id
