-- Grain: one row per period and ranking: the area under the ROC curve with its error.
with

placements as (select * from {{ ref('int_health_placements') }}),

ranked_cases as (select * from {{ ref('int_health_risks') }}),

aucs as (

    select
        period_name,
        ranking,
        sum(churn_count * churn_placement) / nullif(sum(churn_count), 0) as auc
    from placements
    group by period_name, ranking

),

-- What each case does to the area: DeLong, DeLong and Clarke-Pearson (1988), the months of a customer taken together
-- as one cluster (Obuchowski, 1997).
influences as (

    select
        ranked_cases.period_name,
        ranked_cases.ranking,
        ranked_cases.customer_id,
        sum(
            case
                when ranked_cases.has_churned
                    then (placements.churn_placement - aucs.auc) / placements.all_churn_count
                else (placements.stay_placement - aucs.auc) / placements.all_stay_count
            end
        ) as influence
    from ranked_cases
    inner join placements
        on
            ranked_cases.period_name = placements.period_name
            and ranked_cases.ranking = placements.ranking
            and ranked_cases.risk = placements.risk
    inner join aucs
        on placements.period_name = aucs.period_name and placements.ranking = aucs.ranking
    where aucs.auc is not null
    group by ranked_cases.period_name, ranked_cases.ranking, ranked_cases.customer_id

),

errors as (

    select
        period_name,
        ranking,
        sqrt(sum(power(influence, 2)) * count(*) / nullif(count(*) - 1, 0)) as standard_error
    from influences
    group by period_name, ranking

)

select
    aucs.period_name,
    aucs.ranking,
    cast(aucs.auc as {{ type_rate() }}) as auc,
    cast(greatest(aucs.auc - {{ var('confidence_z_score') }} * errors.standard_error, 0) as {{ type_rate() }})
        as auc_low,
    cast(least(aucs.auc + {{ var('confidence_z_score') }} * errors.standard_error, 1) as {{ type_rate() }})
        as auc_high
from aucs
inner join errors on aucs.period_name = errors.period_name and aucs.ranking = errors.ranking
