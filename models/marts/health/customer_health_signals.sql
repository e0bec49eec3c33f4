-- Grain: one row per customer that pays on the as-of day and signal.
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

customer_health as (

    select * from {{ ref('customer_health') }}

)

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
    case
        when signals.is_known
            then coalesce({{ rate('(100 - signals.score) * signals.weight', 'scores.known_weight') }}, 0)
    end as points_lost
from signals
inner join scores
    on signals.customer_id = scores.customer_id and signals.activity_month = scores.activity_month
inner join definitions on signals.signal_name = definitions.signal_name
inner join customer_health
    on
        signals.customer_id = customer_health.customer_id
        and signals.activity_month = {{ month_start('customer_health.as_of_date') }}
