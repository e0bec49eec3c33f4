-- Grain: one row per customer, month at whose end it pays, and signal that takes points off its score.
with

signals as (select * from {{ ref('int_health_signals') }}),

scores as (select * from {{ ref('int_health_scores') }}),

losses as (

    select
        signals.customer_id,
        signals.activity_month,
        signals.signal_name,
        signals.raw_value,
        {{ rate('(100 - signals.score) * signals.weight', 'scores.known_weight') }} as points_lost
    from signals
    inner join scores
        on signals.customer_id = scores.customer_id and signals.activity_month = scores.activity_month
    where signals.weight > 0 and signals.score < 100

)

select
    customer_id,
    activity_month,
    signal_name,
    raw_value,
    points_lost,
    row_number() over (
        partition by customer_id, activity_month order by points_lost desc, signal_name asc
    ) as loss_rank
from losses
