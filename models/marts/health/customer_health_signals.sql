-- Grain: one row per customer and signal (filter: with MRR on the as-of day).
with

signals as (select * from {{ ref('int_health_signals') }}),

deductions as (select * from {{ ref('int_health_score_deductions') }}),

scores as (select * from {{ ref('int_health_scores') }}),

weights as (select * from {{ ref('int_health_weights') }}),

definitions as (select * from {{ ref('health_signals') }}),

customer_health as (select * from {{ ref('customer_health') }}),

months as (select * from {{ ref('int_months') }}),

current_columns as (

    select
        {%- for signal in health_signals() %}
        signals.{{ signal }}_value,
        signals.{{ signal }}_score,
        deductions.{{ signal }}_points,
        {%- endfor %}
        customer_health.customer_id,
        customer_health.as_of_date,
        customer_health.score_method,
        scores.fit_month
    from signals
    inner join months on signals.activity_month = months.activity_month
    inner join customer_health on signals.customer_id = customer_health.customer_id
    inner join scores on signals.customer_id = scores.customer_id and signals.activity_month = scores.activity_month
    inner join deductions
        on
            signals.customer_id = deductions.customer_id
            and signals.activity_month = deductions.activity_month
    where months.is_as_of_month

),

current_signals as (

    {{- signal_rows(
        'current_columns', ['customer_id', 'as_of_date', 'score_method', 'fit_month'], ['value', 'score', 'points']
    ) }}

)

select
    current_signals.customer_id,
    current_signals.as_of_date,
    current_signals.signal_name,
    definitions.signal_kind,
    current_signals.score_method,
    current_signals.score is not null as is_known,
    current_signals.value as raw_value,
    case
        when current_signals.score is not null then {{ signal_reason('definitions', 'current_signals.value') }}
    end as reading_text,
    current_signals.score as signal_score,
    cast(
        {{ counted_weight(
            'current_signals.score', 'definitions.signal_kind',
            "case when current_signals.score_method = 'hand_set' then definitions.weight else weights.learned_weight end"
        ) }} as {{ type_rate() }}
    ) as signal_weight,
    case
        when current_signals.score is not null then cast(current_signals.points as {{ type_rate() }})
    end as points_lost
from current_signals
inner join definitions on current_signals.signal_name = definitions.signal_name
left join weights
    on current_signals.fit_month = weights.fit_month and current_signals.signal_name = weights.signal_name
