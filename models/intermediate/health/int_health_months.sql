-- Grain: one row per customer and month (filter: scored population): its health, the top drivers and what to do.
with

statuses as (select * from {{ ref('int_health_statuses') }}),

scores as (select * from {{ ref('int_health_scores') }}),

deductions as (select * from {{ ref('int_health_score_deductions') }}),

outcomes as (select * from {{ ref('int_health_outcomes') }}),

probabilities as (select * from {{ ref('int_churn_probabilities') }}),

reasons as (

    select
        customer_id,
        activity_month,
        max(case when loss_rank = 1 then signal_name end) as weakest_signal,
        max(case when loss_rank = 1 then advice end) as advice,
        {{ top_reasons('loss_rank', 'reason') }} as reason_text
    from deductions
    group by customer_id, activity_month

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
