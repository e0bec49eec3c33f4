-- Grain: one row per period, model, ranking and customer: its influence on the area under the ROC curve.
{%- set key = 'period_name, model_name, ranking' %}
{%- set whole = 'partition by ' ~ key %}
{%- set by_risk = 'partition by ' ~ key ~ ' order by risk asc' %}
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

risk_counts as (

    select
        {{ key }},
        risk,
        sum(case when has_churned then 1 else 0 end) as churn_count,
        sum(case when has_churned then 0 else 1 end) as stay_count
    from ranked_cases
    group by {{ key }}, risk

),

ranks as (

    select
        {{ key }},
        risk,
        churn_count,
        cast(sum(churn_count) over ({{ whole }}) as {{ type_double() }}) as all_churn_count,
        cast(sum(stay_count) over ({{ whole }}) as {{ type_double() }}) as all_stay_count,
        cast(sum(churn_count) over ({{ by_risk }}) - 0.5 * churn_count as {{ type_double() }}) as churn_rank,
        cast(sum(stay_count) over ({{ by_risk }}) - 0.5 * stay_count as {{ type_double() }}) as stay_rank,
        count(*) over ({{ whole }}) as risk_count
    from risk_counts

),

-- Placement value of a case: for a churned one the share of the others with a lower risk, for the others the share of
-- the churned with a higher one; the same risk counts half. The area is the mean of those of the churned.
-- Where all have the same score nothing is ranked, which is not the same as ranked by chance.
placements as (

    select
        {{ key }},
        risk,
        all_churn_count,
        all_stay_count,
        stay_rank / nullif(all_stay_count, 0) as churned_placement,
        (all_churn_count - churn_rank) / nullif(all_churn_count, 0) as stayed_placement,
        sum(churn_count * stay_rank / nullif(all_stay_count, 0)) over (partition by {{ key }})
        / nullif(all_churn_count, 0) as auc
    from ranks
    where risk_count > 1

)

-- The influence of each customer on the area: DeLong, DeLong and Clarke-Pearson (1988), the months of a customer taken
-- together as one cluster (Obuchowski, 1997).
select
    ranked_cases.period_name,
    ranked_cases.model_name,
    ranked_cases.ranking,
    ranked_cases.customer_id,
    cast(max(placements.auc) as {{ type_rate() }}) as auc,
    sum(
        case
            when ranked_cases.has_churned
                then (placements.churned_placement - placements.auc) / placements.all_churn_count
            else (placements.stayed_placement - placements.auc) / placements.all_stay_count
        end
    ) as influence
from ranked_cases
inner join placements
    on
        ranked_cases.period_name = placements.period_name
        and ranked_cases.model_name = placements.model_name
        and ranked_cases.ranking = placements.ranking
        and ranked_cases.risk = placements.risk
where placements.auc is not null
group by ranked_cases.period_name, ranked_cases.model_name, ranked_cases.ranking, ranked_cases.customer_id
