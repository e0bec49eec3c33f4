-- Grain: one row per period, split (all, status or decile of the score) and value of it.
with

cases as (select * from {{ ref('int_health_backtest_cases') }}),

splits as (

    select
        period_name,
        'all' as split_name,
        'all' as split_value,
        has_churned,
        churn_probability
    from cases

    union all

    select
        period_name,
        'status' as split_name,
        health_status as split_value,
        has_churned,
        churn_probability
    from cases

    union all

    select
        period_name,
        'decile' as split_name,
        cast(score_decile as {{ dbt.type_string() }}) as split_value,
        has_churned,
        churn_probability
    from cases

)

select
    period_name,
    split_name,
    split_value,
    count(*) as case_count,
    sum(case when has_churned then 1 else 0 end) as churn_count,
    {{ rate('sum(churn_probability)', 'count(churn_probability)') }} as expected_churn_rate
from splits
group by period_name, split_name, split_value
