-- Grain: one row per period, model, ranking and customer: its influence on the area under the ROC curve.
with

cases as (select * from {{ ref('int_health_backtest_cases') }}),

model_cases as (select * from {{ ref('int_model_score_cases') }}),

ranked_cases as (

    select
        period_name,
        'customer_value' as model_name,
        'score' as ranking,
        customer_id,
        -health_score as risk,
        has_churned
    from cases

    union all

    select
        period_name,
        'customer_value' as model_name,
        'probability' as ranking,
        customer_id,
        churn_probability as risk,
        has_churned
    from cases
    where churn_probability is not null

    union all

    select
        period_name,
        model_name,
        ranking,
        customer_id,
        churn_probability as risk,
        has_churned
    from model_cases

),

class_counts as (

    select
        period_name,
        model_name,
        ranking,
        customer_id,
        has_churned,
        cast(sum(case when has_churned then 1 else 0 end) over whole as {{ type_double() }}) as all_churn_count,
        cast(sum(case when has_churned then 0 else 1 end) over whole as {{ type_double() }}) as all_stay_count,
        sum(case when has_churned then 1 else 0 end) over by_risk
        - 0.5 * sum(case when has_churned then 1 else 0 end) over same_risk as churn_rank,
        sum(case when has_churned then 0 else 1 end) over by_risk
        - 0.5 * sum(case when has_churned then 0 else 1 end) over same_risk as stay_rank,
        -- Where all have the same score nothing is ranked, which is not the same as ranked by chance.
        min(risk) over whole < max(risk) over whole as is_ranked
    from ranked_cases
    window
        whole as (partition by period_name, model_name, ranking),
        by_risk as (partition by period_name, model_name, ranking order by risk asc),
        same_risk as (partition by period_name, model_name, ranking, risk)

),

-- Placement value of a case: for a churned one the share of the others with a lower risk, for the others the share of
-- the churned with a higher one; the same risk counts half. The area is the mean of those of the churned.
placements as (

    select
        period_name,
        model_name,
        ranking,
        customer_id,
        has_churned,
        case when has_churned then all_churn_count else all_stay_count end as class_count,
        case
            when has_churned then cast(stay_rank as {{ type_double() }}) / nullif(all_stay_count, 0)
            else (all_churn_count - cast(churn_rank as {{ type_double() }})) / nullif(all_churn_count, 0)
        end as placement
    from class_counts
    where is_ranked

),

areas as (

    select
        period_name,
        model_name,
        ranking,
        customer_id,
        class_count,
        placement,
        avg(case when has_churned then placement end) over (partition by period_name, model_name, ranking) as auc
    from placements

)

-- The influence of each customer on the area: DeLong, DeLong and Clarke-Pearson (1988), the months of a customer taken
-- together as one cluster (Obuchowski, 1997).
select
    period_name,
    model_name,
    ranking,
    customer_id,
    cast(max(auc) as {{ type_rate() }}) as auc,
    sum((placement - auc) / class_count) as influence
from areas
where auc is not null
group by period_name, model_name, ranking, customer_id
