-- Grain: one row per customer and signal (filter: with MRR on the as-of day).
with

signals as (select * from {{ ref('int_health_signals') }}),

deductions as (select * from {{ ref('int_health_score_deductions') }}),

definitions as (select * from {{ ref('health_signals') }}),

customer_health as (select * from {{ ref('customer_health') }}),

months as (select * from {{ ref('int_months') }})

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
    case when signals.is_known then cast(coalesce(deductions.points_lost, 0) as {{ type_rate() }}) end as points_lost
from signals
inner join definitions on signals.signal_name = definitions.signal_name
inner join months on signals.activity_month = months.activity_month
inner join customer_health on signals.customer_id = customer_health.customer_id
left join deductions
    on
        signals.customer_id = deductions.customer_id
        and signals.activity_month = deductions.activity_month
        and signals.signal_name = deductions.signal_name
where months.is_as_of_month
