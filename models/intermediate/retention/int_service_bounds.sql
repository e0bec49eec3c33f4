-- Grain: one row per customer and month in which paid terms began or ended.
with

periods as (select * from {{ ref('int_subscription_periods') }}),

bounds as (

    select
        customer_id,
        {{ month_start('valid_from') }} as activity_month,
        cast(valid_from as date) as started_date,
        cast(null as date) as ended_date
    from periods
    where mrr_own_amount > 0

    union all

    select
        customer_id,
        {{ month_start('valid_to') }} as activity_month,
        cast(null as date) as started_date,
        cast(valid_to as date) as ended_date
    from periods
    where mrr_own_amount > 0 and valid_to is not null

)

select
    customer_id,
    activity_month,
    min(started_date) as first_started_date,
    max(ended_date) as last_ended_date
from bounds
group by customer_id, activity_month
