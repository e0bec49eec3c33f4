-- The back-test counts the alerts whose days are over, and of them those that were followed by churn.
with

run_settings as (select * from {{ ref('run_settings') }}),

alerts as (

    select
        count(*) as alert_count,
        count(health_alerts.churned_date) as true_alert_count
    from {{ ref('health_alerts') }} as health_alerts
    cross join run_settings
    where
        {{ dbt.dateadd('day', var('health_horizon_days'), 'health_alerts.opened_date') }}
        < {{ month_start('run_settings.as_of_date') }}

),

backtest as (

    select
        alert_count,
        alert_precision_rate * alert_count as true_alert_count
    from {{ ref('health_backtest') }}
    where period_name = 'all' and split_name = 'all'

)

select
    alerts.alert_count,
    backtest.alert_count as backtest_alert_count,
    alerts.true_alert_count,
    backtest.true_alert_count as backtest_true_alert_count
from alerts
cross join backtest
where
    alerts.alert_count <> coalesce(backtest.alert_count, 0)
    or abs(alerts.true_alert_count - coalesce(backtest.true_alert_count, 0)) > 0.01
