-- Grain: one row per customer and signal (filter: with MRR on the as-of day).
with

signals as (select * from {{ ref('int_health_signals') }}),

deductions as (select * from {{ ref('int_health_score_deductions') }}),

scores as (select * from {{ ref('int_health_scores') }}),

weights as (select * from {{ ref('int_health_weights') }}),

definitions as (select * from {{ ref('health_signals') }}),

customer_health as (select * from {{ ref('customer_health') }}),

months as (select * from {{ ref('int_months') }})

select
    signals.customer_id,
    customer_health.as_of_date,
    signals.signal_name,
    signals.signal_kind,
    customer_health.score_method,
    signals.is_known,
    signals.raw_value,
    case when signals.is_known then {{ signal_reason('definitions', 'signals.raw_value') }} end as reading_text,
    signals.score as signal_score,
    cast(
        case
            when customer_health.score_method = 'hand_set' then signals.weight
            -- As by hand: what is not known, and a warning that is not active, weigh nothing.
            when signals.weight > 0 then weights.learned_weight
            else 0
        end as {{ type_rate() }}
    ) as signal_weight,
    case when signals.is_known then cast(coalesce(deductions.points_lost, 0) as {{ type_rate() }}) end as points_lost
from signals
inner join definitions on signals.signal_name = definitions.signal_name
inner join months on signals.activity_month = months.activity_month
inner join customer_health on signals.customer_id = customer_health.customer_id
inner join scores on signals.customer_id = scores.customer_id and signals.activity_month = scores.activity_month
left join weights on scores.fit_month = weights.fit_month and signals.signal_name = weights.signal_name
left join deductions
    on
        signals.customer_id = deductions.customer_id
        and signals.activity_month = deductions.activity_month
        and signals.signal_name = deductions.signal_name
where months.is_as_of_month
