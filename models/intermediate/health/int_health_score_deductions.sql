-- Grain: one row per customer, month and signal (filter: signals that deduct points): its contribution, in words too.
with

signals as (select * from {{ ref('int_health_signals') }}),

scores as (select * from {{ ref('int_health_scores') }}),

weights as (select * from {{ ref('int_health_weights') }}),

definitions as (select * from {{ ref('health_signals') }}),

deductions as (

    select
        signals.customer_id,
        signals.activity_month,
        signals.signal_name,
        signals.raw_value,
        case
            when scores.score_method = 'learned'
                then {{ rate(
                    '(100 - scores.health_score) * ' ~ log_odds_units('weights.point_slope', 'signals.score'),
                    '100000000 * scores.log_odds'
                ) }}
            else {{ rate('(100 - signals.score) * signals.weight', 'scores.known_weight') }}
        end as points_lost
    from signals
    inner join scores
        on signals.customer_id = scores.customer_id and signals.activity_month = scores.activity_month
    left join weights
        on scores.fit_month = weights.fit_month and signals.signal_name = weights.signal_name
    where signals.score < 100

)

select
    deductions.customer_id,
    deductions.activity_month,
    deductions.signal_name,
    deductions.points_lost,
    row_number() over (
        partition by deductions.customer_id, deductions.activity_month
        order by deductions.points_lost desc, deductions.signal_name asc
    ) as loss_rank,
    {{ signal_reason('definitions', 'deductions.raw_value') }} as reason,
    definitions.advice
from deductions
inner join definitions on deductions.signal_name = definitions.signal_name
where deductions.points_lost > 0
