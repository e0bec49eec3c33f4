-- Grain: one row per period, split (all, status, decile) and value of the split.
with

cases as (select * from {{ ref('int_health_backtest_cases') }}),

aucs as (select * from {{ ref('int_health_auc') }}),

alert_scores as (select * from {{ ref('int_health_alert_scores') }}),

splits as (

    select
        period_name,
        'all' as split_name,
        'all' as split_value,
        health_status,
        has_churned,
        churn_probability
    from cases

    union all

    select
        period_name,
        'status' as split_name,
        health_status as split_value,
        health_status,
        has_churned,
        churn_probability
    from cases

    union all

    select
        period_name,
        'decile' as split_name,
        cast(score_decile as {{ dbt.type_string() }}) as split_value,
        health_status,
        has_churned,
        churn_probability
    from cases

),

split_counts as (

    select
        period_name,
        split_name,
        split_value,
        count(*) as case_count,
        sum(case when has_churned then 1 else 0 end) as churn_count,
        max(case when health_status in ('green', 'amber') then 1 else 0 end) as can_alert,
        {{ rate('sum(churn_probability)', 'count(churn_probability)') }} as expected_churn_rate
    from splits
    group by period_name, split_name, split_value

)

select
    split_counts.period_name,
    split_counts.split_name,
    split_counts.split_value,
    split_counts.case_count,
    cast(split_counts.churn_count as {{ dbt.type_bigint() }}) as churn_count,
    {{ rate('split_counts.churn_count', 'split_counts.case_count') }} as churn_rate,
    split_counts.expected_churn_rate,
    {{ rate(
        'cast(split_counts.churn_count as ' ~ type_double() ~ ') / split_counts.case_count',
        'cast(wholes.churn_count as ' ~ type_double() ~ ') / wholes.case_count'
    ) }} as lift,
    score_aucs.auc,
    score_aucs.auc_low,
    score_aucs.auc_high,
    probability_aucs.auc as probability_auc,
    probability_aucs.auc_low as probability_auc_low,
    probability_aucs.auc_high as probability_auc_high,
    alert_scores.alert_count,
    alert_scores.suppressed_alert_count,
    alert_scores.alert_precision_rate,
    alert_scores.alert_recall_rate,
    alert_scores.median_lead_days
from split_counts
inner join split_counts as wholes on split_counts.period_name = wholes.period_name and wholes.split_name = 'all'
left join aucs as score_aucs
    on
        split_counts.period_name = score_aucs.period_name
        and score_aucs.ranking = 'score'
        and split_counts.split_name = 'all'
left join aucs as probability_aucs
    on
        split_counts.period_name = probability_aucs.period_name
        and probability_aucs.ranking = 'probability'
        and split_counts.split_name = 'all'
-- Where nobody was green or amber, no downgrade could open an alert.
left join alert_scores
    on
        split_counts.period_name = alert_scores.period_name
        and split_counts.split_name = 'all'
        and split_counts.can_alert = 1
-- A half-year with few cases proves nothing by itself; it counts in the whole.
where split_counts.period_name = 'all' or wholes.case_count >= {{ var('min_health_cases') }}
