-- Grain: one row per customer and month (filter: downgraded to a worse band, where such downgrades told something).
with

alerts as (select * from {{ ref('int_health_alerts') }}),

signals as (select * from {{ ref('int_health_signals') }}),

deductions as (select * from {{ ref('int_health_score_deductions') }}),

definitions as (select * from {{ ref('health_signals') }}),

value_months as (select * from {{ ref('int_customer_value_months') }}),

-- The points that each signal deducts more than the month before.
increase_columns as (

    select
        {%- for signal in health_signals() %}
        signals.{{ signal }}_value,
        deductions.{{ signal }}_points - coalesce(previous_deductions.{{ signal }}_points, 0) as {{ signal }}_points,
        {%- endfor %}
        alerts.customer_id,
        alerts.activity_month
    from alerts
    inner join deductions
        on alerts.customer_id = deductions.customer_id and alerts.activity_month = deductions.activity_month
    inner join signals
        on alerts.customer_id = signals.customer_id and alerts.activity_month = signals.activity_month
    left join deductions as previous_deductions
        on
            alerts.customer_id = previous_deductions.customer_id
            and previous_deductions.activity_month = {{ add_months('alerts.activity_month', -1) }}
    where alerts.is_opened

),

increases as (

    {{- signal_rows('increase_columns', ['customer_id', 'activity_month'], ['value', 'points']) }}

),

ranked_increases as (

    select
        increases.customer_id,
        increases.activity_month,
        increases.signal_name,
        {{ signal_reason('definitions', 'increases.value') }} as reason,
        definitions.advice,
        row_number() over (
            partition by increases.customer_id, increases.activity_month
            order by increases.points desc, increases.signal_name asc
        ) as increase_rank
    from increases
    inner join definitions on increases.signal_name = definitions.signal_name
    where increases.points > 0

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
