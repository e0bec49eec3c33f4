-- Grain: one row per customer and month (filter: downgraded to a worse band, where such downgrades told something).
with

alerts as (select * from {{ ref('int_health_alerts') }}),

deductions as (select * from {{ ref('int_health_score_deductions') }}),

value_months as (select * from {{ ref('int_customer_value_months') }}),

increases as (

    select
        alerts.customer_id,
        alerts.activity_month,
        deductions.signal_name,
        max(case when deductions.activity_month = alerts.activity_month then deductions.reason end) as reason,
        max(deductions.advice) as advice,
        sum(
            case when deductions.activity_month = alerts.activity_month then 1 else -1 end * deductions.points_lost
        ) as points_more
    from alerts
    inner join deductions
        on
            alerts.customer_id = deductions.customer_id
            and deductions.activity_month
            in (alerts.activity_month, {{ add_months('alerts.activity_month', -1) }})
    group by alerts.customer_id, alerts.activity_month, deductions.signal_name

),

ranked_increases as (

    select
        customer_id,
        activity_month,
        signal_name,
        reason,
        advice,
        row_number() over (
            partition by customer_id, activity_month order by points_more desc, signal_name asc
        ) as increase_rank
    from increases
    where points_more > 0

),

causes as (

    select
        customer_id,
        activity_month,
        max(case when increase_rank = 1 then signal_name end) as main_signal,
        max(case when increase_rank = 1 then advice end) as advice,
        {{ top_reasons('increase_rank', 'reason') }} as cause_text
    from ranked_increases
    group by customer_id, activity_month

)

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
    {{ days_between('alerts.opened_date', 'alerts.churned_date') }} as lead_days,
    alerts.known_downgrade_count,
    alerts.known_precision_rate,
    alerts.known_churn_rate
from alerts
left join causes
    on alerts.customer_id = causes.customer_id and alerts.activity_month = causes.activity_month
left join value_months
    on alerts.customer_id = value_months.customer_id and alerts.activity_month = value_months.activity_month
where alerts.is_opened
