-- Grain: one row per customer and month in which its health status fell: which signals took the most points more.
with

alerts as (

    select * from {{ ref('int_health_alerts') }}

),

losses as (

    select * from {{ ref('int_health_losses') }}

),

definitions as (

    select * from {{ ref('health_signals') }}

),

rises as (

    select
        alerts.customer_id,
        alerts.activity_month,
        losses.signal_name,
        definitions.advice,
        {{ signal_reason('definitions', 'losses.raw_value') }} as reason,
        row_number() over (
            partition by alerts.customer_id, alerts.activity_month
            order by losses.points_lost - coalesce(previous_losses.points_lost, 0) desc, losses.signal_name asc
        ) as rise_rank
    from alerts
    inner join losses
        on alerts.customer_id = losses.customer_id and alerts.activity_month = losses.activity_month
    inner join definitions on losses.signal_name = definitions.signal_name
    left join losses as previous_losses
        on
            losses.customer_id = previous_losses.customer_id
            and losses.activity_month = {{ add_months('previous_losses.activity_month', 1) }}
            and losses.signal_name = previous_losses.signal_name
    where losses.points_lost > coalesce(previous_losses.points_lost, 0)

)

select
    customer_id,
    activity_month,
    max(case when rise_rank = 1 then signal_name end) as main_signal,
    max(case when rise_rank = 1 then advice end) as advice,
    max(case when rise_rank = 1 then reason end)
    || coalesce(max(case when rise_rank = 2 then '; ' || reason end), '')
    || coalesce(max(case when rise_rank = 3 then '; ' || reason end), '') as cause_text
from rises
where rise_rank <= 3
group by customer_id, activity_month
