-- Grain: one row per customer and month in which its health status fell: which signals took the most points more.
with

alerts as (select * from {{ ref('int_health_alerts') }}),

losses as (select * from {{ ref('int_health_score_deductions') }}),

definitions as (select * from {{ ref('health_signals') }}),

rises as (

    select
        alerts.customer_id,
        alerts.activity_month,
        losses.signal_name,
        max(case when losses.activity_month = alerts.activity_month then losses.raw_value end) as raw_value,
        sum(
            case when losses.activity_month = alerts.activity_month then losses.points_lost else -losses.points_lost end
        ) as points_more
    from alerts
    inner join losses
        on
            alerts.customer_id = losses.customer_id
            and losses.activity_month in (alerts.activity_month, {{ add_months('alerts.activity_month', -1) }})
    group by alerts.customer_id, alerts.activity_month, losses.signal_name

),

ranked_rises as (

    select
        rises.customer_id,
        rises.activity_month,
        rises.signal_name,
        definitions.advice,
        {{ signal_reason('definitions', 'rises.raw_value') }} as reason,
        row_number() over (
            partition by rises.customer_id, rises.activity_month
            order by rises.points_more desc, rises.signal_name asc
        ) as rise_rank
    from rises
    inner join definitions on rises.signal_name = definitions.signal_name
    where rises.points_more > 0

)

select
    customer_id,
    activity_month,
    max(case when rise_rank = 1 then signal_name end) as main_signal,
    max(case when rise_rank = 1 then advice end) as advice,
    max(case when rise_rank = 1 then reason end)
    || coalesce(max(case when rise_rank = 2 then '; ' || reason end), '')
    || coalesce(max(case when rise_rank = 3 then '; ' || reason end), '') as cause_text
from ranked_rises
where rise_rank <= 3
group by customer_id, activity_month
