-- Grain: one row per customer and month (filter: scored population): its health, the top drivers and what to do.
with

statuses as (select * from {{ ref('int_health_statuses') }}),

scores as (select * from {{ ref('int_health_scores') }}),

deductions as (select * from {{ ref('int_health_score_deductions') }}),

definitions as (select * from {{ ref('health_signals') }}),

outcomes as (select * from {{ ref('int_health_outcomes') }}),

probabilities as (select * from {{ ref('int_churn_probabilities') }}),

-- The three top drivers in words.
reasons as (

    select
        deductions.customer_id,
        deductions.activity_month,
        deductions.first_signal as weakest_signal,
        first_definitions.advice,
        {{ signal_reason('first_definitions', 'deductions.first_signal_value') }}
        || coalesce('; ' || {{ signal_reason('second_definitions', 'deductions.second_signal_value') }}, '')
        || coalesce('; ' || {{ signal_reason('third_definitions', 'deductions.third_signal_value') }}, '')
            as reason_text
    from deductions
    left join definitions as first_definitions on deductions.first_signal = first_definitions.signal_name
    left join definitions as second_definitions on deductions.second_signal = second_definitions.signal_name
    left join definitions as third_definitions on deductions.third_signal = third_definitions.signal_name

)

select
    statuses.customer_id,
    statuses.activity_month,
    statuses.scored_date,
    statuses.is_partial_month,
    statuses.mrr_amount,
    scores.health_score,
    coalesce(scores.score_method, 'hand_set') as score_method,
    scores.amber_score,
    scores.green_score,
    statuses.health_status,
    statuses.previous_health_status,
    statuses.status_since_date,
    scores.signal_coverage_rate,
    probabilities.churn_probability,
    reasons.weakest_signal,
    coalesce('Set by hand: ' || statuses.override_reason || '. ', '')
    || coalesce(
        reasons.reason_text,
        case when scores.health_score is null then 'no signal is known' else 'no signal deducts points' end
    ) as reason_text,
    reasons.advice,
    statuses.override_reason is not null as is_overridden
from statuses
left join scores
    on statuses.customer_id = scores.customer_id and statuses.activity_month = scores.activity_month
left join reasons
    on statuses.customer_id = reasons.customer_id and statuses.activity_month = reasons.activity_month
left join outcomes
    on statuses.customer_id = outcomes.customer_id and statuses.activity_month = outcomes.activity_month
left join probabilities
    on
        statuses.activity_month = probabilities.activity_month
        and outcomes.is_bound = probabilities.is_bound
        and outcomes.score_step = probabilities.score_step
