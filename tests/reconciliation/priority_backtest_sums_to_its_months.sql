-- Cases and month ends sum to the whole; each has one order that was in force, whose list is the one that stood, and
-- all saw the same churn.
{{ config(group='segments') }}
with

backtest as (select * from {{ ref('priority_backtest') }}),

cases as (

    select
        priority_order,
        list_share_rate,
        sum(mrr_amount) as churned_mrr_amount
    from {{ ref('int_priority_finds') }}
    group by priority_order, list_share_rate

),

months as (

    select
        priority_order,
        list_share_rate,
        sum(churned_mrr_amount) as churned_mrr_amount,
        sum(found_mrr_amount) as found_mrr_amount
    from backtest
    where activity_month is not null
    group by priority_order, list_share_rate

),

periods as (

    select
        period_name,
        list_share_rate,
        sum(case when is_chosen then 1 else 0 end) as chosen_count,
        sum(
            case when activity_month is null then 0 when is_chosen then found_mrr_amount else 0 end
            - case when activity_month is not null and priority_order = 'in_force' then found_mrr_amount else 0 end
        ) as difference_amount,
        max(churned_mrr_amount) - min(churned_mrr_amount) as churned_difference_amount
    from backtest
    group by period_name, list_share_rate

)

select
    'sum of the months' as broken_rule,
    backtest.priority_order as broken_name,
    backtest.list_share_rate
from backtest
left join months
    on backtest.priority_order = months.priority_order and backtest.list_share_rate = months.list_share_rate
where
    backtest.activity_month is null
    and (
        coalesce(abs(backtest.churned_mrr_amount - months.churned_mrr_amount) > 0.000001, true)
        or coalesce(abs(backtest.found_mrr_amount - months.found_mrr_amount) > 0.000001, true)
    )

union all

select
    'order in force' as broken_rule,
    period_name as broken_name,
    list_share_rate
from periods
where chosen_count <> 1 or difference_amount <> 0 or churned_difference_amount <> 0

union all

select
    'cases' as broken_rule,
    cases.priority_order as broken_name,
    cases.list_share_rate
from cases
left join backtest
    on
        cases.priority_order = backtest.priority_order
        and cases.list_share_rate = backtest.list_share_rate
        and backtest.activity_month is null
where coalesce(abs(cases.churned_mrr_amount - backtest.churned_mrr_amount) > 0.000001, true)
