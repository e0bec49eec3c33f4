-- The back-test of a company's own models counts each case of the training set that both have a probability of.
with

model_scores as (

    select
        customer_id,
        scored_on,
        model_name
    from {{ ref('stg_model_scores') }}

),

cases as (

    select
        customer_id,
        scored_date,
        has_churned,
        {{ dbt.dateadd('day', 1 - var('model_score_days'), 'scored_date') }} as first_date
    from {{ ref('health_training_set') }}
    where has_churned is not null and churn_probability_90d is not null

),

-- Once for each case, however many scores of a model it has.
scored_cases as (

    select distinct
        cases.customer_id,
        cases.scored_date,
        cases.has_churned,
        model_scores.model_name
    from cases
    inner join model_scores
        on
            cases.customer_id = model_scores.customer_id
            and cases.scored_date >= model_scores.scored_on
            and cases.first_date <= model_scores.scored_on

),

expected as (

    select
        model_name,
        count(*) as case_count,
        sum(case when has_churned then 1 else 0 end) as churn_count
    from scored_cases
    group by model_name

),

found as (

    select
        model_name,
        case_count,
        churn_count
    from {{ ref('model_score_backtest') }}
    where period_name = 'all'

)

select
    coalesce(expected.model_name, found.model_name) as model_name,
    expected.case_count as expected_case_count,
    found.case_count,
    expected.churn_count as expected_churn_count,
    found.churn_count
from expected
full outer join found on expected.model_name = found.model_name
where
    coalesce(expected.case_count, 0) <> coalesce(found.case_count, 0)
    or coalesce(expected.churn_count, 0) <> coalesce(found.churn_count, 0)
