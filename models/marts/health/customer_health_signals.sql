-- Grain: one row per customer that pays on the as-of day and signal.
with

signals as (select * from {{ ref('int_health_signals') }}),

losses as (select * from {{ ref('int_health_score_deductions') }}),

definitions as (select * from {{ ref('health_signals') }}),

customer_health as (select * from {{ ref('customer_health') }})

select
    signals.customer_id,
    customer_health.as_of_date,
    signals.signal_name,
    signals.signal_kind,
    signals.is_known,
    signals.raw_value,
    case when signals.is_known then {{ signal_reason('definitions', 'signals.raw_value') }} end as reading_text,
    signals.score as signal_score,
    cast(signals.weight as {{ type_rate() }}) as signal_weight,
    case when signals.is_known then cast(coalesce(losses.points_lost, 0) as {{ type_rate() }}) end as points_lost
from signals
inner join definitions on signals.signal_name = definitions.signal_name
inner join customer_health
    on
        signals.customer_id = customer_health.customer_id
        and signals.activity_month = {{ month_start('customer_health.as_of_date') }}
left join losses
    on
        signals.customer_id = losses.customer_id
        and signals.activity_month = losses.activity_month
        and signals.signal_name = losses.signal_name
