-- Grain: one row per fit: whether its learned weights are used, by what weights learned before had told of later churn.
with

cases as (select * from {{ ref('int_health_fit_cases') }}),

candidates as (select * from {{ ref('int_health_candidate_scores') }}),

-- Each quarter end was scored by weights that did not know its outcomes.
scored_cases as (

    select distinct
        cases.customer_id,
        cases.activity_month,
        cases.has_churned,
        candidates.hand_set_score,
        candidates.learned_score
    from cases
    inner join candidates
        on cases.customer_id = candidates.customer_id and cases.activity_month = candidates.activity_month
    where candidates.learned_score is not null

),

ranks as (

    select
        activity_month,
        has_churned,
        cast(sum(case when has_churned then 1 else 0 end) over (partition by activity_month) as {{ type_double() }})
            as churn_count,
        cast(sum(case when has_churned then 0 else 1 end) over (partition by activity_month) as {{ type_double() }})
            as stay_count,
        {%- for score in ['learned', 'hand_set'] %}
        {%- set above = '(partition by activity_month order by ' ~ score ~ '_score desc)' %}
        {%- set level = '(partition by activity_month, ' ~ score ~ '_score)' %}
        sum(case when has_churned then 1 else 0 end) over {{ above }}
        - 0.5 * sum(case when has_churned then 1 else 0 end) over {{ level }} as {{ score }}_churns_above,
        sum(case when has_churned then 0 else 1 end) over {{ above }}
        - 0.5 * sum(case when has_churned then 0 else 1 end) over {{ level }} as {{ score }}_stays_above
        {{- ',' if not loop.last }}
        {%- endfor %}
    from scored_cases

),

-- By how much the placement value of a case is better: of a churned one the share of the others with a higher score.
gains as (

    select
        activity_month,
        has_churned,
        case
            when has_churned then (learned_stays_above - hand_set_stays_above) / nullif(stay_count, 0)
            else (hand_set_churns_above - learned_churns_above) / nullif(churn_count, 0)
        end as gain
    from ranks

),

-- DeLong, DeLong and Clarke-Pearson (1988), for the difference of two areas on the same cases.
month_gains as (

    select
        activity_month,
        cast(sum(case when has_churned then 1 else 0 end) as {{ type_double() }}) as churn_count,
        avg(case when has_churned then gain end) as gain,
        var_samp(case when has_churned then gain end) / sum(case when has_churned then 1 else 0 end)
        + var_samp(case when has_churned then null else gain end)
        / nullif(sum(case when has_churned then 0 else 1 end), 0) as gain_variance
    from gains
    group by activity_month
    having sum(case when has_churned then 1 else 0 end) > 1 and sum(case when has_churned then 0 else 1 end) > 1

),

fit_origins as (

    select distinct
        fit_month,
        activity_month
    from cases

),

fit_gains as (

    select
        fit_origins.fit_month,
        sum(month_gains.churn_count) as compared_churn_count,
        sum(month_gains.churn_count * month_gains.gain) / sum(month_gains.churn_count) as auc_gain,
        sqrt(sum(power(month_gains.churn_count, 2) * month_gains.gain_variance)) / sum(month_gains.churn_count)
            as auc_gain_error
    from fit_origins
    left join month_gains on fit_origins.activity_month = month_gains.activity_month
    group by fit_origins.fit_month

)

select
    fit_month,
    cast(coalesce(compared_churn_count, 0) as {{ dbt.type_bigint() }}) as compared_churn_count,
    cast(auc_gain as {{ type_rate() }}) as auc_gain,
    cast(auc_gain_error as {{ type_rate() }}) as auc_gain_error,
    case
        when auc_gain > {{ var('min_learned_z_score') }} * auc_gain_error then 'learned'
        else 'hand_set'
    end as score_method
from fit_gains
