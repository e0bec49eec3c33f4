-- Grain: one row per period, ranking and rank value: how many left and stayed with it, and how they are placed.
with

ranked_cases as (select * from {{ ref('int_health_risks') }}),

risk_counts as (

    select
        period_name,
        ranking,
        risk,
        cast(sum(case when has_churned then 1 else 0 end) as {{ type_double() }}) as churn_count,
        cast(sum(case when has_churned then 0 else 1 end) as {{ type_double() }}) as stay_count
    from ranked_cases
    group by period_name, ranking, risk

),

totals as (

    select
        period_name,
        ranking,
        risk,
        churn_count,
        stay_count,
        sum(churn_count) over by_risk as churn_count_so_far,
        sum(stay_count) over by_risk as stay_count_so_far,
        sum(churn_count) over (partition by period_name, ranking) as all_churn_count,
        sum(stay_count) over (partition by period_name, ranking) as all_stay_count
    from risk_counts
    window by_risk as (partition by period_name, ranking order by risk asc)

)

select
    period_name,
    ranking,
    risk,
    churn_count,
    stay_count,
    all_churn_count,
    all_stay_count,
    -- Of those who stayed, the share with a lower risk than who left; of those who left, with a higher one than who
    -- stayed. Who is level counts half.
    (stay_count_so_far - 0.5 * stay_count) / nullif(all_stay_count, 0) as churn_placement,
    (all_churn_count - churn_count_so_far + 0.5 * churn_count) / nullif(all_churn_count, 0) as stay_placement
from totals
