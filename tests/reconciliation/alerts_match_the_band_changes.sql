-- Every alert has its downgrade, and every downgrade its alert where others of the day to the same band have one. New
-- weights or thresholds, which begin with a quarter, open no alert.
with

health_months as (

    select
        customer_id,
        activity_month,
        scored_date,
        health_status,
        previous_health_status,
        is_overridden,
        score_method,
        lag(score_method) over (partition by customer_id order by activity_month asc) as previous_score_method
    from {{ ref('customer_health_months') }}

),

downgrades as (

    select
        customer_id,
        scored_date as opened_date,
        health_status as to_health_status,
        is_overridden,
        score_method <> previous_score_method or extract(month from activity_month) in (1, 4, 7, 10) as has_new_bands
    from health_months
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

),

-- By hand a status always opens one, whatever such downgrades have told.
opened_bands as (

    select distinct
        opened_date,
        to_health_status
    from {{ ref('health_alerts') }}
    where cause_text not like 'Set by hand: %'

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
left join opened_bands
    on
        downgrades.opened_date = opened_bands.opened_date
        and downgrades.to_health_status = opened_bands.to_health_status
where
    downgrades.customer_id is null
    or (
        alerts.customer_id is null
        and (downgrades.is_overridden or (opened_bands.opened_date is not null and not downgrades.has_new_bands))
    )
