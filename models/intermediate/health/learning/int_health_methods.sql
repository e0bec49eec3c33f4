-- Grain: one row per fit: whether its learned weights are used, by what weights learned before had told of later churn.
with

cases as (select * from {{ ref('int_health_fit_cases') }}),

candidates as (select * from {{ ref('int_health_candidate_scores') }}),

-- Each month was scored by weights that did not know its outcomes.
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
        customer_id,
        activity_month,
        has_churned,
        cast(sum(case when has_churned then 1 else 0 end) over (partition by activity_month) as {{ type_double() }})
            as churn_count,
        cast(sum(case when has_churned then 0 else 1 end) over (partition by activity_month) as {{ type_double() }})
            as stay_count,
        sum(case when has_churned then 1 else 0 end) over (partition by activity_month order by learned_score desc)
        - 0.5 * sum(case when has_churned then 1 else 0 end) over (partition by activity_month, learned_score)
            as learned_churns_above,
        sum(case when has_churned then 0 else 1 end) over (partition by activity_month order by learned_score desc)
        - 0.5 * sum(case when has_churned then 0 else 1 end) over (partition by activity_month, learned_score)
            as learned_stays_above,
        sum(case when has_churned then 1 else 0 end) over (partition by activity_month order by hand_set_score desc)
        - 0.5 * sum(case when has_churned then 1 else 0 end) over (partition by activity_month, hand_set_score)
            as hand_set_churns_above,
        sum(case when has_churned then 0 else 1 end) over (partition by activity_month order by hand_set_score desc)
        - 0.5 * sum(case when has_churned then 0 else 1 end) over (partition by activity_month, hand_set_score)
            as hand_set_stays_above
    from scored_cases

),

-- By how much the placement value of a case is better: of a churned one the share of the others with a higher score.
gains as (

    select
        customer_id,
        activity_month,
        has_churned,
        churn_count,
        -- All that stayed count as much as those that churned.
        case when has_churned then 1 else churn_count / nullif(stay_count, 0) end as case_share,
        case
            when has_churned then (learned_stays_above - hand_set_stays_above) / nullif(stay_count, 0)
            else (hand_set_churns_above - learned_churns_above) / nullif(churn_count, 0)
        end as gain
    from ranks

),

month_gains as (

    select
        customer_id,
        activity_month,
        has_churned,
        gain,
        case_share * (gain - avg(case when has_churned then gain end) over (partition by activity_month)) as influence
    from gains

),

customer_gains as (

    select
        cases.fit_month,
        cases.customer_id,
        sum(case when month_gains.has_churned then 1 else 0 end) as churn_count,
        sum(case when month_gains.has_churned then month_gains.gain else 0 end) as gain,
        sum(month_gains.influence) as influence
    from cases
    left join month_gains
        on cases.customer_id = month_gains.customer_id and cases.activity_month = month_gains.activity_month
    group by cases.fit_month, cases.customer_id

),

-- DeLong, DeLong and Clarke-Pearson (1988), for the difference of two areas on the same cases; the months of a customer
-- taken together as one cluster (Obuchowski, 1997).
fit_gains as (

    select
        fit_month,
        sum(churn_count) as compared_churn_count,
        sum(gain) / nullif(sum(churn_count), 0) as auc_gain,
        sqrt(sum(power(influence, 2))) / nullif(sum(churn_count), 0) as auc_gain_error
    from customer_gains
    group by fit_month

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
