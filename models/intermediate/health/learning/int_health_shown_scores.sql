-- Grain: one row per customer and month (filter: scored population): its score, and that of the month before alike.
{%- set log = '(partition by customer_id order by activity_month asc)' %}
with

candidates as (select * from {{ ref('int_health_candidate_scores') }}),

methods as (select * from {{ ref('int_health_methods') }}),

methods_used as (

    select
        candidates.customer_id,
        candidates.activity_month,
        candidates.hand_set_score,
        candidates.learned_score,
        candidates.next_learned_score,
        candidates.log_odds,
        candidates.known_weight,
        candidates.signal_coverage_rate,
        methods.fit_month,
        coalesce(methods.score_method, 'hand_set') as score_method
    from candidates
    left join methods
        on
            cast({{ dbt.date_trunc('quarter', 'candidates.activity_month') }} as date) = methods.fit_month
            and candidates.learned_score is not null

)

select
    customer_id,
    activity_month,
    hand_set_score,
    learned_score,
    log_odds,
    known_weight,
    signal_coverage_rate,
    fit_month,
    score_method,
    case when score_method = 'learned' then learned_score else hand_set_score end as health_score,
    -- Null where the month before was not scored, as in the first month of a run.
    case
        when {{ months_between('lag(activity_month) over ' ~ log, 'activity_month') }} <> 1 then null
        when score_method = 'learned' then lag(next_learned_score) over {{ log }}
        else lag(hand_set_score) over {{ log }}
    end as previous_score,
    lag(score_method) over {{ log }} as previous_score_method,
    -- By the hand-set weights the fit does not matter.
    coalesce(
        score_method <> lag(score_method) over {{ log }}
        or (score_method = 'learned' and fit_month <> lag(fit_month) over {{ log }}),
        false
    ) as has_new_weights
from methods_used
