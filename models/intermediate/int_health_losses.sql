-- Grain: one row per customer, month at whose end it pays, and signal that takes points off its score.
with

signals as (

    select * from {{ ref('int_health_signals') }}

),

scores as (

    select * from {{ ref('int_health_scores') }}

),

definitions as (

    select * from {{ ref('health_signals') }}

),

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
    losses.customer_id,
    losses.activity_month,
    losses.signal_name,
    losses.points_lost,
    definitions.advice,
    replace(
        replace(definitions.reason_template, '{days}', '{{ var("usage_window_days") }}'),
        '{value}',
        cast(
            cast(
                round(losses.raw_value * case when definitions.value_unit = 'share' then 100 else 1 end, 0)
                as {{ dbt.type_bigint() }}
            ) as {{ dbt.type_string() }}
        ) || case when definitions.value_unit = 'share' then ' %' else '' end
    ) as reason,
    row_number() over (
        partition by losses.customer_id, losses.activity_month
        order by losses.points_lost desc, losses.signal_name asc
    ) as loss_rank
from losses
inner join definitions on losses.signal_name = definitions.signal_name
