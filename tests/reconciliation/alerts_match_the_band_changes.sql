-- Every downgrade of a band has its alert, and every alert its downgrade.
with

downgrades as (

    select
        customer_id,
        scored_date as opened_date,
        health_status as to_health_status
    from {{ ref('customer_health_months') }}
    where
        (previous_health_status = 'green' and health_status in ('amber', 'red'))
        or (previous_health_status = 'amber' and health_status = 'red')

),

alerts as (

    select
        customer_id,
        opened_date,
        to_health_status
    from {{ ref('health_alerts') }}

)

select
    coalesce(downgrades.customer_id, alerts.customer_id) as customer_id,
    downgrades.opened_date as downgrade_date,
    alerts.opened_date as alert_date
from downgrades
full outer join alerts
    on
        downgrades.customer_id = alerts.customer_id
        and downgrades.opened_date = alerts.opened_date
        and downgrades.to_health_status = alerts.to_health_status
where downgrades.customer_id is null or alerts.customer_id is null
