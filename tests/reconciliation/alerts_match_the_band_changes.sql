-- Every downgrade of a band has its alert, and every alert its downgrade.
with

falls as (

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
    coalesce(falls.customer_id, alerts.customer_id) as customer_id,
    falls.opened_date as fall_date,
    alerts.opened_date as alert_date
from falls
full outer join alerts
    on
        falls.customer_id = alerts.customer_id
        and falls.opened_date = alerts.opened_date
        and falls.to_health_status = alerts.to_health_status
where falls.customer_id is null or alerts.customer_id is null
