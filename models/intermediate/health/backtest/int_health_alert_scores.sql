-- Grain: one row per period: precision, recall and lead of alerts.
with

alerts as (select * from {{ ref('int_health_alerts') }}),

renewal_dates as (select * from {{ ref('int_renewal_dates') }}),

periods as (

    {{ numbers(2) }}

),

observed_alerts as (

    select
        case when periods.n = 1 then 'all' else {{ half_year('alerts.activity_month') }} end as period_name,
        case when alerts.is_opened then 1 else 0 end as is_opened,
        case when alerts.is_opened and alerts.churned_date is not null then 1 else 0 end as is_true
    from alerts
    cross join periods
    where alerts.is_observed

),

first_alerts as (

    select
        customer_id,
        churned_date,
        min(opened_date) as opened_date
    from alerts
    where is_opened and churned_date is not null
    group by customer_id, churned_date

),

churns as (

    select distinct
        customer_id,
        churned_date
    from renewal_dates
    where churned_date is not null

),

warned_churns as (

    select
        case when periods.n = 1 then 'all' else {{ half_year('churns.churned_date') }} end as period_name,
        cast({{ days_between('first_alerts.opened_date', 'churns.churned_date') }} as {{ type_double() }}) as lead_days
    from churns
    cross join periods
    left join first_alerts
        on churns.customer_id = first_alerts.customer_id and churns.churned_date = first_alerts.churned_date

),

precisions as (

    select
        period_name,
        sum(is_opened) as alert_count,
        sum(1 - is_opened) as suppressed_alert_count,
        sum(is_true) as true_alert_count
    from observed_alerts
    group by period_name

),

recalls as (

    select
        period_name,
        count(*) as churn_count,
        count(lead_days) as warned_churn_count,
        percentile_cont(0.5) within group (order by lead_days asc) as median_lead_days
    from warned_churns
    group by period_name

)

select
    recalls.period_name,
    cast(coalesce(precisions.alert_count, 0) as {{ dbt.type_bigint() }}) as alert_count,
    cast(coalesce(precisions.suppressed_alert_count, 0) as {{ dbt.type_bigint() }}) as suppressed_alert_count,
    {{ rate('precisions.true_alert_count', 'precisions.alert_count') }} as alert_precision_rate,
    {{ rate('recalls.warned_churn_count', 'recalls.churn_count') }} as alert_recall_rate,
    cast(recalls.median_lead_days as {{ type_rate() }}) as median_lead_days
from recalls
left join precisions on recalls.period_name = precisions.period_name
