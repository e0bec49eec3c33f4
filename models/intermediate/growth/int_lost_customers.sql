-- Grain: one row per customer (filter: has churned and not come back): when and why it churned.
with

customer_status as (select * from {{ ref('int_customer_status') }}),

churn_events as (select * from {{ ref('int_churn_events') }}),

run_settings as (select * from {{ ref('run_settings') }})

select
    customer_status.customer_id,
    run_settings.as_of_date,
    churn_events.left_date,
    {{ days_between('churn_events.left_date', 'run_settings.as_of_date') }} as gone_days,
    {{ months_between('churn_events.left_date', 'run_settings.as_of_date') }} as gone_months,
    churn_events.churn_kind,
    churn_events.cancel_reason
from customer_status
cross join run_settings
inner join churn_events
    on
        customer_status.customer_id = churn_events.customer_id
        and customer_status.last_churn_month = churn_events.activity_month
where customer_status.customer_status = 'churned'
