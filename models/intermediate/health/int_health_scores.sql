-- Grain: one row per customer and month (filter: scored population): its health score, and the band that it is in.
{%- set customer_log = 'partition by scores.customer_id order by scores.activity_month asc' %}
{%- set customer_states = 'partition by customer_id order by activity_month asc' %}
{%- set customer_amber = 'partition by scores.customer_id, state_numbers.amber_number' %}
{%- set customer_green = 'partition by scores.customer_id, state_numbers.green_number' %}
with

scores as (select * from {{ ref('int_health_shown_scores') }}),

population as (select * from {{ ref('int_health_population') }}),

thresholds as (select * from {{ ref('int_health_thresholds') }}),

banded_months as (

    select
        scores.customer_id,
        scores.activity_month,
        scores.health_score,
        thresholds.amber_score,
        thresholds.green_score,
        thresholds.has_changed and scores.activity_month = thresholds.fit_month as has_new_thresholds,
        -- The first month of a run, of a method or of thresholds has no state yet: the threshold itself decides.
        case
            when
                {{ months_between(
                    'lag(scores.activity_month) over (' ~ customer_log ~ ')', 'scores.activity_month'
                ) }} = 1
                and scores.score_method = scores.previous_score_method
                and not (thresholds.has_changed and scores.activity_month = thresholds.fit_month)
                then {{ var('health_hysteresis_points') }}
            else 0
        end as margin
    from scores
    inner join population
        on scores.customer_id = population.customer_id and scores.activity_month = population.activity_month
    inner join thresholds
        on
            cast({{ dbt.date_trunc('quarter', 'scores.activity_month') }} as date) = thresholds.fit_month
            and scores.score_method = thresholds.score_method
    where scores.health_score is not null and population.age_days >= {{ var('onboarding_days') }}

),

-- 1 above the threshold, 0 below it; null while the score is so near that the state before counts. The first month of a
-- run has a margin of 0, and so always a state of its own.
states as (

    select
        customer_id,
        activity_month,
        amber_score,
        green_score,
        has_new_thresholds,
        case
            when health_score >= amber_score + margin then 1
            when health_score < amber_score - margin then 0
        end as amber_state,
        case
            when health_score >= green_score + margin then 1
            when health_score < green_score - margin or green_score is null then 0
        end as green_state
    from banded_months

),

-- Numbers the months that set a state: those that follow without one carry their number.
state_numbers as (

    select
        customer_id,
        activity_month,
        amber_score,
        green_score,
        has_new_thresholds,
        amber_state,
        green_state,
        count(amber_state) over ({{ customer_states }}) as amber_number,
        count(green_state) over ({{ customer_states }}) as green_number
    from states

)

select
    scores.customer_id,
    scores.activity_month,
    scores.health_score,
    scores.score_method,
    scores.fit_month,
    scores.hand_set_score,
    scores.learned_score,
    state_numbers.amber_score,
    state_numbers.green_score,
    scores.has_new_weights or coalesce(state_numbers.has_new_thresholds, false) as has_new_bands,
    scores.previous_score,
    scores.log_odds,
    scores.known_weight,
    scores.signal_coverage_rate,
    case
        when state_numbers.customer_id is null then null
        when max(state_numbers.amber_state) over ({{ customer_amber }}) = 0 then 'red'
        when max(state_numbers.green_state) over ({{ customer_green }}) = 0 then 'amber'
        -- Below the minimum coverage the status is capped at amber.
        when coalesce(scores.signal_coverage_rate < {{ var('min_signal_coverage') }}, true) then 'amber'
        else 'green'
    end as health_band
from scores
left join state_numbers
    on scores.customer_id = state_numbers.customer_id and scores.activity_month = state_numbers.activity_month
