-- The training set holds the cases of the back-test with their outcomes, and those whose outcome is not known yet.
with

cases as (

    select
        count(has_churned) as case_count,
        sum(case when has_churned then 1 else 0 end) as churn_count
    from {{ ref('health_training_set') }}

),

backtest as (

    select
        sum(case_count) as case_count,
        sum(churn_count) as churn_count
    from {{ ref('health_backtest') }}
    where period_name = 'all' and split_name = 'all'

)

select
    cases.case_count,
    backtest.case_count as backtest_case_count,
    cases.churn_count,
    backtest.churn_count as backtest_churn_count
from cases
cross join backtest
where
    cases.case_count <> coalesce(backtest.case_count, 0)
    or coalesce(cases.churn_count, 0) <> coalesce(backtest.churn_count, 0)
