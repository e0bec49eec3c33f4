-- Grain: one row per period and group of customers; group all is everyone.
with

cells as (select * from {{ ref('int_health_cells') }}),

aucs as (select * from {{ ref('int_health_auc') }}),

alert_scores as (select * from {{ ref('int_health_alert_scores') }})

select
    cells.period_name,
    cells.split_name,
    cells.split_value,
    cells.case_count,
    cast(cells.churn_count as {{ dbt.type_bigint() }}) as churn_count,
    {{ rate('cells.churn_count', 'cells.case_count') }} as churn_rate,
    cells.expected_churn_rate,
    {{ rate(
        'cast(cells.churn_count as ' ~ type_double() ~ ') / cells.case_count',
        'cast(wholes.churn_count as ' ~ type_double() ~ ') / wholes.case_count'
    ) }} as lift,
    score_aucs.auc,
    score_aucs.auc_low,
    score_aucs.auc_high,
    probability_aucs.auc as probability_auc,
    probability_aucs.auc_low as probability_auc_low,
    probability_aucs.auc_high as probability_auc_high,
    case when cells.split_name = 'all' then alert_scores.alert_count end as alert_count,
    case when cells.split_name = 'all' then alert_scores.alert_precision_rate end as alert_precision_rate,
    case when cells.split_name = 'all' then alert_scores.alert_recall_rate end as alert_recall_rate,
    case when cells.split_name = 'all' then alert_scores.median_lead_days end as median_lead_days
from cells
inner join cells as wholes on cells.period_name = wholes.period_name and wholes.split_name = 'all'
left join aucs as score_aucs
    on cells.period_name = score_aucs.period_name and score_aucs.ranking = 'score' and cells.split_name = 'all'
left join aucs as probability_aucs
    on
        cells.period_name = probability_aucs.period_name
        and probability_aucs.ranking = 'probability'
        and cells.split_name = 'all'
left join alert_scores on cells.period_name = alert_scores.period_name
-- A half-year with a handful of cases proves nothing by itself; it counts in the whole.
where cells.period_name = 'all' or wholes.case_count >= {{ var('min_health_cases') }}
