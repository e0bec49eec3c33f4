-- The back-test has every case once: by status, by decile and in total, as many as customers were scored.
with

backtest as (select * from {{ ref('health_backtest') }}),

splits as (

    select
        period_name,
        split_name,
        sum(case_count) as case_count,
        sum(churn_count) as churn_count
    from backtest
    group by period_name, split_name

),

wholes as (

    select
        period_name,
        case_count,
        churn_count
    from splits
    where split_name = 'all'

),

split_names as (

    select 'all' as split_name

    union all

    select 'status' as split_name

    union all

    select 'decile' as split_name

),

scored_cases as (

    select count(*) as case_count
    from {{ ref('customer_health_months') }} as health_months
    cross join {{ ref('run_settings') }} as run_settings
    where
        health_months.health_score is not null
        -- The onboarding period is known by its status: an override may hide it, and is counted.
        and coalesce(health_months.health_status <> 'onboarding', true)
        and {{ dbt.dateadd('day', var('health_horizon_days'), 'health_months.scored_date') }}
        < {{ month_start('run_settings.as_of_end_at') }}

)

select
    splits.period_name,
    splits.split_name,
    splits.case_count - wholes.case_count as difference_count
from splits
inner join wholes on splits.period_name = wholes.period_name
where splits.case_count <> wholes.case_count or splits.churn_count <> wholes.churn_count

union all

select
    'all' as period_name,
    split_names.split_name,
    coalesce(splits.case_count, 0) - scored_cases.case_count as difference_count
from scored_cases
cross join split_names
left join splits on splits.period_name = 'all' and split_names.split_name = splits.split_name
where coalesce(splits.case_count, 0) <> scored_cases.case_count
