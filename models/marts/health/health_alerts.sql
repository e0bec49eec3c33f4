-- Grain: one row per customer and month in which its health status fell.
with

alerts as (select * from {{ ref('int_health_alerts') }}),

causes as (select * from {{ ref('int_health_alert_causes') }}),

value_months as (select * from {{ ref('int_customer_value_months') }})

select
    alerts.customer_id,
    alerts.opened_date,
    alerts.from_health_status,
    alerts.to_health_status,
    alerts.alert_status,
    case
        when alerts.alert_status = 'resolved' then alerts.recovered_date
        when alerts.alert_status = 'expired' then coalesce(alerts.churned_date, alerts.expires_date)
    end as closed_date,
    causes.main_signal,
    case
        when alerts.override_reason is not null then 'Set by hand: ' || alerts.override_reason
        else coalesce(causes.cause_text, 'less is known than before')
    end as cause_text,
    causes.advice,
    cast(alerts.mrr_amount as {{ type_amount() }}) as mrr_at_stake_amount,
    value_months.ltv_amount as ltv_at_stake_amount,
    alerts.churned_date,
    {{ days_between('alerts.opened_date', 'alerts.churned_date') }} as lead_days
from alerts
left join causes
    on alerts.customer_id = causes.customer_id and alerts.activity_month = causes.activity_month
left join value_months
    on alerts.customer_id = value_months.customer_id and alerts.activity_month = value_months.activity_month
